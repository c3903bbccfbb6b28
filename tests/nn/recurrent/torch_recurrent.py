"""PyTorch's side of the tests of recurrent networks.

torch_recurrent.py FOLDER FILE...    runs each network on FOLDER/inputs (32-bit floats, [time, input]) and writes
                                     FOLDER/NUMBER.expected: outputs [time, output], then h of the last layer
                                     [time, unit], then the last c of all layers (LSTM), as 32-bit floats

FILE is a state dict or a safetensors file with PyTorch's names. Exits with 77 where there is no PyTorch.
"""
import json
import struct
import sys

try:
    import torch
except ImportError:
    print("skipped: no python3-torch")
    sys.exit(77)


def load(path):
    """Tensors and texts of a file."""
    if not path.endswith(".safetensors"):
        return torch.load(path), {}
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    texts = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])
        tensors[name] = torch.tensor(values).reshape(entry["shape"])
    return tensors, texts


def run(path, inputs):
    tensors, texts = load(path)
    prefix = next(name for name in tensors if name.endswith("weight_hh_l0")).split(".")[0]
    rows, units = tensors[f"{prefix}.weight_hh_l0"].shape
    layers = sum("weight_hh" in name for name in tensors)
    width = tensors[f"{prefix}.weight_ih_l0"].shape[1]
    kind = {1: torch.nn.RNN, 3: torch.nn.GRU, 4: torch.nn.LSTM}[rows // units]
    options = {
  "nonlinearity" : texts.get("cell_activation", "tanh")} if kind is torch.nn.RNN else {}
    cells = kind(width, units, num_layers=layers, **options)
    cells.load_state_dict({name.split(".")[1]: t for name, t in tensors.items() if name.startswith(prefix)})
    readout = torch.nn.Linear(units, tensors["fc.bias"].shape[0])
    readout.load_state_dict({"weight": tensors["fc.weight"], "bias": tensors["fc.bias"]})
    with torch.no_grad():
        hidden, last = cells(inputs.reshape(-1, 1, width))
        values = [readout(hidden).flatten(), hidden.flatten()]
        if kind is torch.nn.LSTM:
            values.append(last[1].flatten())
    return torch.cat(values).tolist()


def main(folder, files):
    with open(f"{folder}/inputs", "rb") as file:
        content = file.read()
    inputs = torch.tensor(struct.unpack(f"<{len(content) // 4}f", content))
    for number, path in enumerate(files):
        values = run(path, inputs)
        with open(f"{folder}/{number}.expected", "wb") as file:
            file.write(struct.pack(f"<{len(values)}f", *values))


main(sys.argv[1], sys.argv[2:])
