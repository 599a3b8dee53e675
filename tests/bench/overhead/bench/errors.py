# SPDX-License-Identifier: BSD-2-Clause
"""The one exception that ends the bench with a message for the user."""


class BenchError(Exception):
    """Something is missing or failed; str() says what, and what to do."""
