# SPDX-License-Identifier: BSD-2-Clause
"""What is measured."""

import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workload:
    """A program of workloads/: argv is `program SECONDS *args`."""

    name: str
    what: str  # one operation
    program: str
    args: tuple[str, ...] = ()
    unit_ns: int = 1  # of the table: 1 (ns), 1000 (us), 1000000 (ms)
    scale: float = 1.0  # of the time given to each measurement


C_FUNCTION = """
struct node_{i} {{ struct node_{i} *next; int key, values[{i} % 7 + 1]; }};
static int visit_{i}(const struct node_{i} *n, int depth)
{{
    int sum = 0;
    while (n && depth-- > 0) {{
        for (unsigned j = 0; j < sizeof(n->values) / sizeof(n->values[0]); j++)
            sum += n->values[j] * {i} ^ (n->key << (j & 7));
        switch (sum % 5) {{
        case 0: sum += depth; break;
        case 1: sum -= n->key; break;
        case 2: sum ^= 0x{i:x}; break;
        default: sum = sum * 31 + {i}; break;
        }}
        n = n->next;
    }}
    return sum;
}}
int use_{i}(void) {{ struct node_{i} n = {{0, {i}, {{1}}}}; return visit_{i}(&n, {i}); }}
"""


def generate_source(folder: Path) -> Path:
    """A C file of a few thousand lines that includes what programs include."""
    headers = ("stdio", "stdlib", "string", "unistd", "errno", "sys/socket", "netinet/in",
               "pthread")
    text = "".join(f"#include <{header}.h>\n" for header in headers)
    path = folder / "generated.c"
    path.write_text(text + "".join(C_FUNCTION.format(i=i) for i in range(150)))
    return path


def scratch_folder() -> Path:
    """In memory if possible: a journal makes files cost twice as much now and half as much then."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else Path(tempfile.gettempdir())


def all_workloads(folder: Path, live_objects: list[int]) -> list[Workload]:
    """Every workload; folder is for generated files."""
    return [
        Workload("socket_close", "socket() + close(), TCP", "socket_close"),
        Workload("connect_close", "connect + accept + close, TCP over 127.0.0.1", "connect_close"),
        Workload("loopback_rr", "request + answer, TCP over 127.0.0.1", "loopback_rr", unit_ns=1),
        Workload("file_churn", "open + close + stat + unlink", "file_churn",
                 (str(scratch_folder()),)),
        Workload("stat_tree", "stat of a cached name", "stat_tree"),
        Workload("compile", "gcc -O0 of one file", "compile_loop",
                 (str(generate_source(folder)),), unit_ns=1000000, scale=2.0),
    ] + [
        Workload(f"live_{count}", f"msgsnd() + msgrcv() beside {count} live objects", "live_set",
                 (str(count),)) for count in live_objects
    ]
