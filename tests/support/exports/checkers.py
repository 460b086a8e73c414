"""
Runs the checkers of exports in one process, since TensorFlow and PyTorch take seconds each to start:
`python checkers.py FOLDER...`, one line a model file, after the folder's name. ONNX files are held against the format's
own full check too.
"""

import os
import runpy
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def let_torchvision_in():
    """A torchvision of another build than torch's has no operators, and breaks when it describes them: name them first."""
    try:
        import torch
    except ImportError:
        return None
    library = torch.library.Library("torchvision", "DEF")
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except ImportError:
        pass
    return library


def check_onnx(path):
    try:
        import onnx
    except ImportError:
        return
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    named = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
    missing = [name for node in model.graph.node for name in node.output if name not in named]
    first = model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    opset, ir = model.opset_import[0].version, model.ir_version
    print(f"{path.name} is sound: opset {opset}, IR {ir}, first axis {first}, {len(missing)} values without a shape")


library = let_torchvision_in()
for folder in map(Path, sys.argv[1:]):
    print(folder)
    for path in sorted(folder.glob("*.onnx")):
        check_onnx(path)
    try:
        runpy.run_path(str(folder / "proof" / "check.py"), run_name="__main__")
    except SystemExit as error:
        print(f"Ended: {error}")
