"""PyTorch's side of the tests of weight files.

torch_weights.py write FOLDER     state dicts as PyTorch saves them, and in FOLDER/expected the numbers in them
torch_weights.py check FILE...    safetensors of ours: prints their tensors as `expected` has them
torch_weights.py norms FOLDER     networks with batch normalisation, see norms()
torch_weights.py activations WORD...    for each: "WORD COUNT", then x, a(x) and a'(x) of COUNT numbers

Exits with 77 where there is no PyTorch.
"""
import json
import struct
import sys

try:
    import torch
except ImportError:
    print("skipped: no python3-torch")
    sys.exit(77)


def show(tensors):
    """One line a tensor: name, shape, and each number as its 32 bits."""
    lines = []
    for name, tensor in tensors.items():
        bits = struct.pack(f"<{tensor.numel()}f", *tensor.detach().float().flatten().tolist()).hex()
        lines.append(f"{name} {'x'.join(map(str, tensor.shape))} {bits}")
    return "".join(line + "\n" for line in lines)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hiddenLayer = torch.nn.Linear(5, 3)
        self.outputLayer = torch.nn.Linear(3, 2)


def write(folder):
    torch.manual_seed(1)
    network = Network()
    legacy = {"_use_new_zipfile_serialization": False}
    transposed = {"b.weight": torch.arange(15.0).reshape(5, 3).t(), "b.bias": torch.arange(10.0)[4:10:2]}
    cases = {
        "zip": (network.state_dict(), {}),
        "zip_protocol4": (network.state_dict(), {"pickle_protocol": 4}),
        "legacy": (network.state_dict(), legacy),
        "legacy_protocol4": (network.state_dict(), {"pickle_protocol": 4, **legacy}),
        "parameters": (dict(network.state_dict(keep_vars=True)), {}),
        "f64": (Network().double().state_dict(), {}),
        "f16": (Network().half().state_dict(), {}),
        "bf16": (Network().bfloat16().state_dict(), legacy),
        "strides": (transposed, {}),
        "strides_legacy": (transposed, legacy),
    }
    for name, (tensors, options) in cases.items():
        torch.save(tensors, f"{folder}/{name}.pt", **options)
        with open(f"{folder}/{name}.expected", "w") as file:
            file.write(show(tensors))
    # Refused: a whole module, and integers.
    torch.save(network, f"{folder}/module.bad")
    torch.save({"a.weight": torch.arange(6).reshape(2, 3)}, f"{folder}/integers.bad")


def check(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).reshape(entry["shape"])
    print(show(tensors), end="")


MODULES = {
    "tanh": torch.nn.Tanh,
    "sigmoid": torch.nn.Sigmoid,
    "relu": torch.nn.ReLU,
    "identity": torch.nn.Identity,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "gelu": torch.nn.GELU,
    "gelu_tanh": lambda: torch.nn.GELU(approximate="tanh"),
    "silu": torch.nn.SiLU,
    "softplus": torch.nn.Softplus,
    "softmax": lambda: torch.nn.Softmax(dim=0),
}


def module(word):
    """The module of "relu", "elu(0.5)"."""
    name, _, rest = word.partition("(")
    return MODULES[name](*([float(rest[:-1])] if rest else []))


def activations(word):
    x = torch.cat([torch.linspace(-15, 15, 1201) + 0.003, torch.tensor([-1e4, -100.0, 100.0, 1e4])])
    x.requires_grad_()
    y = module(word)(x)
    y.sum().backward()
    print(word, len(x))
    for values in zip(x.tolist(), y.tolist(), x.grad.tolist()):
        print(*values)


def save_safetensors(tensors, path):
    """As the package safetensors writes them: the names sorted."""
    types = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for name in sorted(tensors):
        values = tensors[name].detach().contiguous()
        content = values.numpy().tobytes()
        header[name] = {"dtype": types[values.dtype], "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def norms(folder):
    """Networks of 6 inputs with batch normalisation, trained a little so that nothing is trivial, in every format: their
    state dicts, and in NAME.expected 20 rows of inputs (bytes, which the network sees divided by 255) and of outputs."""
    torch.manual_seed(3)
    linear, norm, act = torch.nn.Linear, torch.nn.BatchNorm1d, torch.nn.ReLU
    cases = {
        "before_activation": [linear(6, 5), norm(5), act(), linear(5, 5), norm(5), act(), linear(5, 3)],
        "after_activation": [linear(6, 5), act(), norm(5), linear(5, 4), act(), norm(4), linear(4, 3)],
        "inputs": [norm(6), linear(6, 5, bias=False), act(), linear(5, 3), norm(3, affine=False)],
        "eleven": sum([[linear(6, 6), norm(6), act()] for _ in range(4)], []) + [linear(6, 3)],
    }
    for name, layers in cases.items():
        model = torch.nn.Sequential(*layers)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        for _ in range(30):
            optimizer.zero_grad()
            inputs = torch.randint(0, 256, (16, 6)) / 255
            ((model(inputs) - inputs[:, :3].cumsum(1)) ** 2).mean().backward()
            optimizer.step()
        model.eval()
        inputs = torch.randint(0, 256, (20, 6))
        with torch.no_grad(), open(f"{folder}/{name}.expected", "w") as file:
            for row, outputs in zip(inputs.tolist(), model(inputs / 255).tolist()):
                print(*row, *outputs, file=file)
        tensors = model.state_dict()
        torch.save(tensors, f"{folder}/{name}.zip.pt")
        torch.save(tensors, f"{folder}/{name}.legacy.pt", _use_new_zipfile_serialization=False)
        save_safetensors(tensors, f"{folder}/{name}.safetensors")


for argument in sys.argv[2:]:
    {"write": write, "check": check, "norms": norms, "activations": activations}[sys.argv[1]](argument)
