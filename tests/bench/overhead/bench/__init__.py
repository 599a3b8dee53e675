# SPDX-License-Identifier: BSD-2-Clause
"""What run.py is made of."""
