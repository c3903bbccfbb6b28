"""What the baselines share: MNIST, the clock, and Google Benchmark's JSON."""
import argparse
import datetime
import gzip
import json
import os
import sys
import time

import numpy as np


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="write the results there too, in Google Benchmark's form")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N")
    return parser


def data_folder():
    return os.environ.get("INFORELAY_DATA") or sys.exit("set INFORELAY_DATA to the folder that holds mnist/ and reference/")


def idx(name):
    """An IDX file of $INFORELAY_DATA/mnist, gzipped or not, as bytes."""
    path = os.path.join(data_folder(), "mnist", name)
    with (open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz")) as file:
        content = np.frombuffer(file.read(), np.uint8)
    dimensions = int(content[3])
    shape = content[4 : 4 + 4 * dimensions].view(">u4")
    return content[4 + 4 * dimensions :].reshape(shape)


def images(split):
    """Images [N,784] float32 in [0,1] and labels [N]."""
    prefix = {"train": "train", "test": "t10k"}[split]
    pixels = idx(prefix + "-images-idx3-ubyte").astype(np.float32) / np.float32(255)
    return pixels.reshape(-1, 784), idx(prefix + "-labels-idx1-ubyte").astype(np.int64)


def detector_images():
    """5,000 training images of digit 3 (label 1), or all there are, and 5,000 others (label 0), as bench/subject.cpp takes them."""
    pixels, labels = images("train")
    rows = np.concatenate([np.flatnonzero(labels == 3)[:5000], np.flatnonzero(labels != 3)[:5000]])
    return pixels[rows], (labels[rows] == 3).astype(np.int64)


class Results:
    def __init__(self, executable, **context):
        context = {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"), "executable": executable, **context}
        self.document = {"context": context, "benchmarks": []}

    def measure(self, name, work, repetitions, calls=1):
        """Runs work() `calls` times unmeasured, then `repetitions` times as often, each giving the mean of its calls."""
        for repetition in range(-1, repetitions):
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(calls):
                work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if repetition >= 0:
                self.add(name, wall / calls, cpu / calls, repetition=repetition, repetitions=repetitions, iterations=calls)

    def add(self, name, real_seconds, cpu_seconds, repetition=0, repetitions=1, iterations=1, **counters):
        print(f"{name:28} {1e3 * real_seconds:14.3f} ms   {1e3 * cpu_seconds:14.3f} ms CPU", flush=True)
        self.document["benchmarks"].append({
            "name": name, "run_name": name, "run_type": "iteration", "repetitions": repetitions,
            "repetition_index": repetition, "threads": 1, "iterations": iterations, "real_time": 1e3 * real_seconds,
            "cpu_time": 1e3 * cpu_seconds, "time_unit": "ms", **counters})

    def write(self, path):
        if path:
            with open(path, "w") as file:
                json.dump(self.document, file, indent=2)
