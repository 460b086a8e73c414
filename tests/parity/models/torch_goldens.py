"""
Makes the goldens of the name maps from the libraries that define the files on the Hub: `python torch_goldens.py`
writes them, `--check` compares. Needs torch, transformers, timm and safetensors.

Each golden has the header of a file that the library itself saved, and what the library computes when every tensor
has its value by rule (`rule.py`): the test makes the same file and must get the same numbers from it.
"""

import json
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import torch

try:
    import torchvision
except RuntimeError:
    # A torchvision of another build than torch's lacks its own operators, which none of these networks needs.
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
    import torchvision

import timm
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import (
    EfficientNetConfig,
    EfficientNetForImageClassification,
    MobileNetV2Config,
    MobileNetV2ForImageClassification,
)

import rule
from golden_file import encode, write_or_check

BATCH = 2
DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def from_transformers(alpha):
    def build():
        model = MobileNetV2ForImageClassification(MobileNetV2Config(depth_multiplier=alpha, num_labels=3))
        forward = lambda x: model.mobilenet_v2(x).last_hidden_state
        return model, forward, [0.5] * 3, [0.5] * 3, lambda folder: model.save_pretrained(folder), {}

    return build


def from_timm(name):
    def build():
        model = timm.create_model(name, pretrained=False, num_classes=3)
        save = lambda folder: save_file(model.state_dict(), f"{folder}/model.safetensors")
        config = model.pretrained_cfg
        # On the Hub, `config.json` has it beside the weights.
        named = {"architecture": config["architecture"]}
        return model, model.forward_features, config["mean"], config["std"], save, named

    return build


def from_torchvision(name):
    def build():
        model = getattr(torchvision.models, name)(weights=None, num_classes=3)
        save = lambda folder: save_file(model.state_dict(), f"{folder}/model.safetensors")
        return model, model.features, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], save, {}

    return build


def from_transformers_efficientnet():
    config = EfficientNetConfig(
        image_size=224, width_coefficient=1.0, depth_coefficient=1.0, hidden_dim=1280, num_labels=3)
    model = EfficientNetForImageClassification(config)
    forward = lambda x: model.efficientnet(x).last_hidden_state
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    return model, forward, mean, std, lambda folder: model.save_pretrained(folder), {}


# golden: (builder, our recipe's backbone, sizes)
NETWORKS = {
    "transformers-mobilenetv2-1.0": (from_transformers(1.0), {"name": "mobilenetv2", "alpha": 1.0}, [64, 75]),
    "transformers-mobilenetv2-0.35": (from_transformers(0.35), {"name": "mobilenetv2", "alpha": 0.35}, [96, 33]),
    "timm-tf_efficientnet_b2.aa_in1k": (from_timm("tf_efficientnet_b2.aa_in1k"), {"name": "efficientnetb2"}, [64, 75]),
    "timm-tf_efficientnet_b0.aa_in1k": (from_timm("tf_efficientnet_b0.aa_in1k"), {"name": "efficientnetb0"}, [48, 65]),
    "timm-efficientnet_b2.ra_in1k": (from_timm("efficientnet_b2.ra_in1k"), {"name": "efficientnetb2"}, [64, 75]),
    "timm-mobilenetv2_100.ra_in1k": (from_timm("mobilenetv2_100.ra_in1k"), {"name": "mobilenetv2", "alpha": 1.0}, [64, 75]),
    "timm-mobilenetv2_050.lamb_in1k": (from_timm("mobilenetv2_050.lamb_in1k"), {"name": "mobilenetv2", "alpha": 0.5}, [48, 65]),
    "torchvision-mobilenet_v2": (from_torchvision("mobilenet_v2"), {"name": "mobilenetv2", "alpha": 1.0}, [64, 75]),
    "torchvision-efficientnet_b0": (from_torchvision("efficientnet_b0"), {"name": "efficientnetb0"}, [48, 65]),
    # Its padding is fixed for the size that it was made for: sides that halve evenly, as there.
    "transformers-efficientnet-b0": (from_transformers_efficientnet, {"name": "efficientnetb0"}, [64]),
    "timm-vgg16.tv_in1k": (from_timm("vgg16.tv_in1k"), {"name": "vgg16"}, [48, 37]),
    "timm-vgg19.tv_in1k": (from_timm("vgg19.tv_in1k"), {"name": "vgg19"}, [32, 37]),
}


def header(save):
    """Names, dtypes and shapes in the order of the file that the library saves."""
    with tempfile.TemporaryDirectory() as folder:
        save(folder)
        path = Path(folder) / "model.safetensors"
        size = int.from_bytes(path.read_bytes()[:8], "little")
        entries = json.loads(path.read_bytes()[8 : 8 + size])
    entries.pop("__metadata__", None)
    rows = sorted(entries.items(), key=lambda item: item[1]["data_offsets"])
    return [[name, entry["dtype"], entry["shape"]] for name, entry in rows]


def is_read(name):
    """A classifier and counters are not read, and a large classifier is not worth making."""
    return not name.startswith(("classifier", "head", "pre_logits")) and not name.endswith("num_batches_tracked")


def golden(build, recipe, sizes):
    model, forward, mean, std, save, named = build()
    tensors = [row for row in header(save)]
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if is_read(name):
                value.copy_(torch.from_numpy(rule.torch_weights(name, value.shape)))
    model.eval()
    activations = []
    for size in sizes:
        pixels = rule.pictures(BATCH, size).astype(np.float64) / 255
        inputs = ((pixels - np.array(mean)) / np.array(std)).astype(np.float32).transpose(0, 3, 1, 2)
        with torch.no_grad():
            output = forward(torch.from_numpy(np.ascontiguousarray(inputs))).numpy()
        activations.append(
            {"size": size, "batch": BATCH, "shape": list(output.transpose(0, 2, 3, 1).shape),
             "pooled": encode(output.mean(axis=(2, 3)))}
        )
    return {
        "recipe": {**recipe, "weights": "imagenet"},
        **named,
        "tensors": [row for row in tensors if is_read(row[0]) or row[1] != "F32" or np.prod(row[2]) < 10_000],
        "activations": activations,
    }


if __name__ == "__main__":
    write_or_check("torch", {name: (lambda entry=entry: golden(*entry)) for name, entry in NETWORKS.items()})
