"""Progress, Ctrl-C and exceptions of callbacks; forked processes."""
import contextlib
import ctypes
import io
import multiprocessing
import os
import signal
import threading
import time
import unittest

import numpy as np

import inforelay as ir


def large_system(samples=3_000, units=20):
    random = np.random.default_rng(1)
    values = random.integers(0, 2, (samples, units)).astype(np.float32)
    return values, values[:, 0].astype(int), values[:, 1].astype(int)


def total_in_child(queue):
    queue.put(ir.analyze([[0], [1]] * 4, [0, 1] * 4, [0, 1] * 4).total.tolist())


class Progress(unittest.TestCase):
    def setUp(self):
        import warnings
        warnings.simplefilter("ignore", ir.SamplingWarning)
        self.addCleanup(warnings.resetwarnings)

    def test_reports_end_with_all(self):
        reports = []
        ir.analyze(*large_system(500, 16), exhaustive=True, progress=lambda done, total: reports.append((done, total)))
        self.assertTrue(reports and all(0 <= done <= total for done, total in reports))
        self.assertEqual(reports[-1][0], reports[-1][1])

    def test_a_bar_shows_percent(self):
        with contextlib.redirect_stderr(io.StringIO()) as shown:
            ir.knockout_table(lambda kept: 1.0, units=3, progress=True)
        self.assertIn("knockouts: 100.0 %", shown.getvalue())

    def test_exceptions_of_callbacks_come_out_unchanged(self):
        class Mine(Exception):
            pass

        mine = Mine("as it is")

        def fail(done, total):
            raise mine

        with self.assertRaises(Mine) as caught:
            ir.analyze(*large_system(), exhaustive=True, progress=fail)
        self.assertIs(caught.exception, mine)
        with self.assertRaises(Mine) as caught:
            ir.knockout_table(lambda kept: fail(0, 0), units=2)
        self.assertIs(caught.exception, mine)

    def test_ctrl_c_ends_a_computation(self):
        # A process that was started in the background ignores Ctrl-C.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        begun = threading.Event()
        timer = threading.Thread(target=lambda: (begun.wait(), os.kill(os.getpid(), signal.SIGINT)))
        timer.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                ir.significance(*large_system(), permutations=10_000, maximum=True, progress=lambda *_: begun.set())
        finally:
            begun.set()
            timer.join()

    def assert_others_run_during(self, call):
        """A thread that wakes up every millisecond is never kept waiting for half of the time."""
        awake, stop = [], threading.Event()

        def wake_up():
            while not stop.wait(0.001):
                awake.append(time.monotonic())

        thread = threading.Thread(target=wake_up)
        thread.start()
        try:
            begin = time.monotonic()
            call()
            end = time.monotonic()
        finally:
            stop.set()
            thread.join()
        during = [begin, *(moment for moment in awake if begin < moment < end), end]
        self.assertLess(max(np.diff(during)), 0.5 * (end - begin))

    def test_other_threads_run_meanwhile(self):
        system, found = large_system(1_000, 18), []
        with self.assertRaises(AssertionError):  # the test itself: a function that holds the interpreter
            self.assert_others_run_during(lambda: ctypes.PyDLL(None).usleep(200_000))
        self.assert_others_run_during(lambda: found.append(ir.analyze(*system, exhaustive=True).total))

        def other():
            found.append(ir.analyze(*system, exhaustive=True).total)

        threads = [threading.Thread(target=other) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        for total in found[1:]:
            np.testing.assert_array_equal(total, found[0])

    def test_forked_processes_compute(self):
        total = ir.analyze([[0], [1]] * 4, [0, 1] * 4, [0, 1] * 4).total.tolist()
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=total_in_child, args=(queue,), daemon=True)
        child.start()
        self.assertEqual(queue.get(timeout=60), total)
        child.join()


if __name__ == "__main__":
    unittest.main()
