"""Runs a command and writes down what it took.

As small as Python gets: Linux counts the memory of a process from what the one had that started it.
"""

import os
import sys
import time


def launch(report: str, command: list[str]) -> None:
    """Write seconds by the clock, seconds of CPU, KB of the largest process and the exit code to a file.

    The CPU is that of every process that the command has waited for.
    """
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    figures = (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
    with open(report, "w", encoding="ascii") as file:
        print(*figures, file=file)


if __name__ == "__main__":
    launch(sys.argv[1], sys.argv[2:])
