"""Recordings and knockouts of PyTorch modules against forward passes written out."""
import os
import tempfile
import unittest

import numpy as np

import inforelay as ir

try:
    import torch
except ImportError:
    raise unittest.SkipTest("there is no PyTorch") from None

from inforelay.torch import knockouts, record


def perceptron(seed=0, units=4):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(),
                               torch.nn.Sequential(torch.nn.Linear(8, units), torch.nn.Tanh()), torch.nn.Dropout(0.5),
                               torch.nn.Linear(units, 3))


class Whole(torch.nn.Module):
    """The same modules, which are no Sequential."""

    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def forward(self, x):
        return self.parts(x)


def batches(samples=90, width=6, size=32):
    torch.manual_seed(1)
    inputs, labels = torch.randn(samples, width), torch.arange(samples) % 3
    return [(inputs[i:i + size], labels[i:i + size]) for i in range(0, samples, size)]


def balanced(decision, labels, c):
    is_class = labels == c
    return ((decision[is_class] == c).mean() + (decision[~is_class] != c).mean()) / 2


class Images(torch.nn.Module):
    """Layers of both layouts in one model: [N, 5, 4, 4], then [N, 4, 4, 5]."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.channels = nn.Sequential(nn.Conv2d(2, 5, 1), nn.BatchNorm2d(5), nn.Dropout(0.5), nn.ReLU(inplace=True))
        self.pool = nn.AvgPool2d(1)
        self.whole_norm = nn.LayerNorm([5, 4, 4])
        self.after_sum = nn.Tanh()
        self.last = nn.Sequential(nn.Linear(5, 5), nn.LayerNorm(5), nn.GELU())
        self.own_norm = ChannelsFirstNorm(5)
        self.final = nn.Linear(5, 3)

    def forward(self, x):
        x = self.whole_norm(self.pool(self.channels(x)))
        x = self.after_sum(x + 1)
        return self.final(self.own_norm(self.last(x.movedim(1, -1)).movedim(-1, 1)).mean((2, 3)))


class ChannelsFirstNorm(torch.nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Recordings(unittest.TestCase):
    def test_states_are_those_of_the_forward_pass(self):
        model, loader = perceptron(), batches()
        recording = record(model, loader, "2.1")
        model.eval()
        inputs = torch.cat([one for one, _ in loader])
        with torch.no_grad():
            hidden = model[2](model[1](model[0](inputs)))
            expected = model[4](hidden)
        np.testing.assert_allclose(recording.states, hidden.numpy(), atol=1e-6)
        np.testing.assert_allclose(recording.network_output, expected.numpy(), atol=1e-6)
        np.testing.assert_array_equal(recording.output, expected.argmax(1).numpy())
        self.assertAlmostEqual(recording.accuracy, float((expected.argmax(1) == torch.arange(90) % 3).float().mean()),
                               6)
        by_module = record(model, loader, model[2][1])
        np.testing.assert_array_equal(by_module.states, recording.states)
        self.assertEqual(ir.analyze(*recording[:3]).single.shape, (3, 4))

    def test_channels_are_averaged_over_space_or_taken_at_positions(self):
        torch.manual_seed(2)
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 5, 3), torch.nn.ReLU(), torch.nn.Flatten(),
                                    torch.nn.Linear(5 * 16, 3))
        inputs, labels = torch.randn(12, 1, 6, 6), torch.arange(12) % 3
        with torch.no_grad():
            maps = model[1](model[0](inputs))
        loader = [(inputs, labels)]
        np.testing.assert_allclose(record(model, loader, "1").states, maps.mean((2, 3)).numpy(), atol=1e-6)
        picked = record(model, loader, "1", positions=[(0, 1), (3, 3)]).states
        np.testing.assert_array_equal(picked, torch.cat([maps[:, :, 0, 1], maps[:, :, 3, 3]], 1).numpy())
        last = record(model, loader, "1", units="last").states
        np.testing.assert_allclose(last, maps.mean((1, 2)).numpy(), atol=1e-6)

    def test_the_axis_of_units_is_that_of_the_module(self):
        torch.manual_seed(3)
        model, loader = Images(), [(torch.randn(8, 2, 4, 4), torch.arange(8) % 3) for _ in range(2)]
        for layer in ("channels.0", "channels.1", "channels.2", "channels.3", "channels", "pool", "whole_norm"):
            with self.subTest(layer=layer):
                np.testing.assert_array_equal(record(model, loader, layer).states,
                                              record(model, loader, layer, units="channels").states)
        for layer in ("last.0", "last.1", "last.2", "last"):
            with self.subTest(layer=layer):
                found = record(model, loader, layer)
                self.assertEqual(found.states.shape, (16, 5))
                np.testing.assert_array_equal(found.states, record(model, loader, layer, units="last").states)
                self.assertEqual(knockouts(model, loader, layer).accuracy.shape, (3, 2**5))
        for layer in ("after_sum", "own_norm"):
            with self.subTest(layer=layer):
                for call in (record, knockouts):
                    with self.assertRaisesRegex(ir.UsageError, r"\[8, 5, 4, 4\], and it is not known which axis"):
                        call(model, loader, layer)
                record(model, loader, layer, units="channels")
        sequences = torch.nn.Sequential(torch.nn.Embedding(9, 6), torch.nn.LSTM(6, 4))
        sequences.forward = lambda x: sequences[1](sequences[0](x))[0][:, -1]
        words = [(torch.randint(0, 9, (8, 7)), torch.arange(8) % 3)]
        self.assertEqual(record(sequences, words, "0").states.shape, (8, 6))
        self.assertTrue(all(not module._forward_hooks for module in model.modules()))

    def test_values_that_are_changed_in_place_afterwards(self):
        model, loader = perceptron(), batches()
        expected = record(model, loader, "0").states
        model[1] = torch.nn.ReLU(inplace=True)
        self.assertLess(expected.min(), 0)
        np.testing.assert_array_equal(record(model, loader, "0").states, expected)

    def test_samples_are_the_first_axis(self):
        class StepsFirst(torch.nn.Linear):
            def forward(self, x):
                return super().forward(x.movedim(1, 0))

        model = torch.nn.Sequential(StepsFirst(6, 4), torch.nn.Linear(4, 3))
        model.forward = lambda x: model[1](model[0](x)).mean(0)
        with self.assertRaisesRegex(ir.UsageError, r"\[7, 8, 4\] for 8 samples, expected samples to be the first"):
            record(model, [(torch.randn(8, 7, 6), torch.arange(8) % 3)], "0", units="last")

    def test_the_model_is_left_as_it_was(self):
        model, loader = perceptron(), batches()
        model.train()
        model[2].eval()
        modes = [module.training for module in model.modules()]
        record(model, loader, "1")
        knockouts(model, loader, "2.1", sets=[[0]])
        with self.assertRaises(ir.UsageError):
            record(model, [(torch.randn(4, 6), torch.zeros(4))], "1")

        def fail(module, inputs, output):
            raise RuntimeError("in the model")

        handle = model[4].register_forward_hook(fail)
        for call in (lambda: record(model, loader, "1"), lambda: knockouts(model, loader, "1", sets=[[0]])):
            with self.assertRaisesRegex(RuntimeError, "in the model"):
                call()
        handle.remove()
        self.assertEqual([module.training for module in model.modules()], modes)
        self.assertTrue(all(not module._forward_hooks for module in model.modules()))
        self.assertTrue(all(parameter.grad is None for parameter in model.parameters()))

    def test_mistakes_are_named(self):
        model, loader = perceptron(), batches()
        shared = torch.nn.Tanh()
        twice = torch.nn.Sequential(torch.nn.Linear(6, 3), shared, torch.nn.Linear(3, 3), shared)
        for call, exception, message in (
                (lambda: record(model, loader, "9"), ir.UsageError, "no layer '9'; there are 0, 1, 2"),
                (lambda: record(model, loader, torch.nn.ReLU()), ir.UsageError, "is not a module of the model"),
                (lambda: record(model, loader, 3), TypeError, "layer is 3"),
                (lambda: record(model, [], "1"), ir.DataError, "the loader is empty"),
                (lambda: record(model, [torch.randn(2, 6)], "1"), ir.UsageError, r"expected \(inputs, labels\)"),
                (lambda: record(twice, loader, shared), ir.UsageError, "was called 2 times"),
                (lambda: record(model, loader, "1", positions=[0]), ir.UsageError, "layer without space"),
                (lambda: record(torch.nn.Sequential(torch.nn.LSTM(6, 3)), loader, "0"), ir.UsageError,
                 "the model gives tuple"),
                (lambda: knockouts(model, loader, "2.1", replace="one"), ir.UsageError, "replace is 'one'"),
                (lambda: knockouts(model, loader, "2.1", replace=[1, 2]), ir.UsageError, r"expected a number or \[4\]"),
                (lambda: knockouts(model, loader, "2.1", sets=[[4]]), ir.UsageError, r"unit 4, expected \[0,4\)"),
                (lambda: knockouts(model, [(a, b * 0) for a, b in loader], "2.1"), ir.DataError,
                 "class 0 has 90 of 90"),
                (lambda: knockouts(model, [(a, b + 1) for a, b in loader], "2.1"), ir.DataError, r"expected \[0,3\)")):
            with self.subTest(message=message), self.assertRaisesRegex(exception, message):
                call()


class Knockouts(unittest.TestCase):
    def expected(self, model, loader, units, replacement):
        model.eval()
        inputs, labels = (torch.cat(parts) for parts in zip(*loader))
        with torch.no_grad():
            hidden = model[2](model[1](model[0](inputs)))
            hidden[:, units] = replacement(hidden)[:, units]
            decision = model[4](hidden).argmax(1).numpy()
        return [balanced(decision, labels.numpy(), c) for c in range(3)], (decision == labels.numpy()).mean()

    def test_accuracies_are_those_of_replaced_activations(self):
        model, loader = perceptron(), batches()
        for replace, replacement in (("zero", torch.zeros_like), ("mean", lambda h: h.mean(0).expand_as(h)),
                                     (0.25, lambda h: torch.full_like(h, 0.25)),
                                     ([1, 2, 3, 4], lambda h: torch.tensor([1.0, 2, 3, 4]).expand_as(h))):
            found = knockouts(model, loader, "2.1", replace=replace)
            self.assertEqual(found.accuracy.shape, (3, 16))
            for index in range(16):
                accuracy, overall = self.expected(model, loader, ir.units_of(index), replacement)
                np.testing.assert_allclose(found.accuracy[:, index], accuracy, atol=1e-6)
                self.assertAlmostEqual(float(found.overall_accuracy[index]), overall, 6)

    def test_other_modules_give_the_same_as_a_sequential(self):
        model, loader = perceptron(), batches()
        whole = Whole(model)
        for replace in ("zero", "mean", "resample", "noise"):
            parts = knockouts(model, loader, model[2][1], replace=replace, seed=3)
            together = knockouts(whole, loader, model[2][1], replace=replace, seed=3)
            np.testing.assert_array_equal(parts.accuracy, together.accuracy)

    def test_a_sequential_with_its_own_forward_pass_is_run_as_a_whole(self):
        class Skipping(torch.nn.Sequential):
            def forward(self, x):
                return super().forward(x) + 10 * self[0](x)[:, :3]

        plain, loader = perceptron(), batches()
        model = Skipping(*plain)
        parts = knockouts(model, loader, model[2][1])
        together = knockouts(Whole(model), loader, model[2][1])
        np.testing.assert_array_equal(parts.accuracy, together.accuracy)
        self.assertFalse(np.array_equal(parts.accuracy, knockouts(plain, loader, plain[2][1]).accuracy))

    def test_a_sequential_with_hooks_is_run_as_a_whole(self):
        shift, loader = torch.tensor([0.5, 0, -0.5]), batches()
        found = lambda model, layer: knockouts(model, loader, layer, function="threshold").accuracy
        plain = found(perceptron(), "2.1")
        for name, change in (
                ("hook", lambda model: model.register_forward_hook(lambda module, inputs, output: output + shift)),
                ("hook of a part", lambda model: model[2].register_forward_hook(lambda m, i, output: output + 1)),
                ("forward", lambda model: setattr(model, "forward", lambda x: type(model).forward(model, x) + shift))):
            with self.subTest(change=name):
                model = perceptron()
                change(model)
                np.testing.assert_array_equal(found(model, "2.1"), found(Whole(model), "parts.2.1"))
                self.assertFalse(np.array_equal(found(model, "2.1"), plain))
        calls, model = [], perceptron()
        model.register_forward_pre_hook(lambda *_: calls.append(1))
        found(model, "2.1")
        self.assertEqual(len(calls), len(loader) * (1 + 2**4))

    def test_values_in_a_file_are_those_of_one_network_and_replacement(self):
        model, loader = perceptron(), batches()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "values")
            first = knockouts(model, loader, "2.1", path=path)
            np.testing.assert_array_equal(knockouts(model, loader, "2.1", path=path).accuracy, first.accuracy)
            for change in ({"replace": "mean"}, {"function": "threshold"}):
                with self.assertRaises(ir.DataError):
                    knockouts(model, loader, "2.1", path=path, **change)
            with torch.no_grad():
                model[4].weight += 1
            with self.assertRaises(ir.DataError):
                knockouts(model, loader, "2.1", path=path)

    def test_only_what_follows_the_layer_is_computed(self):
        model, loader = perceptron(), batches()
        calls = []
        handle = model[0].register_forward_hook(lambda *_: calls.append(1))
        self.addCleanup(handle.remove)
        knockouts(model, loader, "2.1")
        self.assertEqual(len(calls), len(loader))

    def test_threshold_judges_each_output(self):
        model, loader = perceptron(), batches()
        found = knockouts(model, loader, "2.1", sets=[[]], function="threshold")
        outputs, labels = record(model, loader, "1").network_output, np.arange(90) % 3
        expected = [((outputs[labels == c, c] > 0).mean() + (outputs[labels != c, c] <= 0).mean()) / 2
                    for c in range(3)]
        np.testing.assert_allclose(found.accuracy[:, 0], expected, atol=1e-6)

    def test_channels_are_knocked_out_as_a_whole(self):
        torch.manual_seed(2)
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3), torch.nn.ReLU(), torch.nn.Flatten(),
                                    torch.nn.Linear(3 * 16, 3))
        inputs, labels = torch.randn(30, 1, 6, 6), torch.arange(30) % 3
        found = knockouts(model, [(inputs, labels)], "1")
        with torch.no_grad():
            maps = model[1](model[0](inputs))
            maps[:, 1] = 0
            decision = model[3](model[2](maps)).argmax(1).numpy()
        np.testing.assert_allclose(found.accuracy[:, 2], [balanced(decision, labels.numpy(), c) for c in range(3)],
                                   atol=1e-6)


if __name__ == "__main__":
    unittest.main()
