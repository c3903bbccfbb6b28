#!/usr/bin/python3
"""Compares --dry-run with what then happens: compare_estimates.py PROGRAM CONFIG [ARGUMENT...]

Runs the experiment in a scratch folder and prints, for each stage, CPU seconds estimated and used, and the peak of
memory estimated and reached. CPU time, not time on the clock, so that other work on the machine matters less.
"""
import os
import re
import subprocess
import sys
import tempfile

program, arguments = os.path.abspath(sys.argv[1]), sys.argv[2:]
arguments[0] = os.path.abspath(arguments[0])
unit = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
time_unit = {"ms": 1e-3, "s": 1, "min": 60, "h": 3600}


def seconds_of(text):
    return sum(float(n) * time_unit[u] for n, u in re.findall(r"([0-9.]+) (ms|s|min|h)\b", text))


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # user and system, children too


plan = subprocess.run([program, *arguments, "--dry-run"], stdout=subprocess.PIPE, text=True, check=True).stdout
estimated, total, peak, threads = {}, 0.0, 0.0, 1
for line in plan.splitlines():
    if match := re.match(r"threads +(\d+)", line):
        threads = int(match[1])
    if match := re.match(r"memory +at most ([0-9.]+) (B|kB|MB|GB)", line):
        peak = float(match[1]) * unit[match[2]]
    cells = re.split(r"  +", line.strip())
    if times := [cell for cell in cells if cell.endswith(" CPU")]:
        estimated[cells[0]] = seconds_of(times[0])

with tempfile.TemporaryDirectory() as folder:
    run = subprocess.Popen([program, *arguments, "-o", os.path.join(folder, "run"), "--progress", "plain"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder)
    used, label, begin = {}, None, 0.0
    for line in run.stderr:
        if match := re.match(r"\[ *\d+/\d+\] (.*)", line):
            label, begin = match[1].strip(), cpu_of(run.pid)
        elif line.startswith("        done in") and label:
            used[label] = cpu_of(run.pid) - begin
    _, status, usage = os.wait4(run.pid, 0)

print(f"{' '.join(arguments)}: {threads} threads, exit code {os.waitstatus_to_exitcode(status)}")
print(f"{'stage':<62} {'estimate':>9} {'used':>9} {'ratio':>6}")
estimated.pop("all", None)
for label in list(used) + [label for label in estimated if label not in used]:
    guess, real = estimated.get(label, 0.0), used.get(label, 0.0)
    print(f"{label:<62} {guess:9.3f} {real:9.3f} {guess / real if real >= 0.05 else float('nan'):6.2f}")
guess, real = sum(estimated.values()), usage.ru_utime + usage.ru_stime
print(f"{'CPU seconds':<62} {guess:9.3f} {real:9.3f} {guess / real:6.2f}")
guess, real = peak, usage.ru_maxrss * 1024
print(f"{'peak of memory, MB':<62} {guess / 1e6:9.1f} {real / 1e6:9.1f} {guess / real:6.2f}")
