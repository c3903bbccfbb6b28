"""PyTorch's side of the tests of weight files.

torch_weights.py write FOLDER     state dicts as PyTorch saves them, and in FOLDER/expected the numbers in them
torch_weights.py check FILE...    safetensors of ours: prints their tensors as `expected` has them

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


for argument in sys.argv[2:]:
    {"write": write, "check": check}[sys.argv[1]](argument)
