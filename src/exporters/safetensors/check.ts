/** Owns how the checker opens each safetensors file, by the very call that its header names. */
import type { LibraryNames } from './namings.ts';

/**
 * The checker's own part.
 *
 * @param hidden names of the head's layers ahead of its last one
 */
export function predictorFor(namings: readonly LibraryNames[], hidden: readonly string[]): string {
  return [
    BASE,
    `HIDDEN = ${JSON.stringify(hidden)}`,
    ...namings.map(maker),
    `MAKERS = {${namings.map(({ file }) => `"${file}": ${nameOf(file)}`).join(', ')}}`,
  ].join('\n\n\n');
}

/** A Python name for a file's function. */
const nameOf = (file: string): string => `open_${file.replace(/\W/gu, '_')}`;

function maker({ file, call, imports, library }: LibraryNames): string {
  const name = nameOf(file);
  if (library === 'keras') {
    return `def ${name}(tensors):
    ${imports}
    base = ${call}
    named = {f"{layer.name}/{weight.name}": weight for layer in base.layers for weight in layer.weights}
    for full, value in tensors.items():
        # Keras 3 calls a depthwise kernel just a kernel.
        weight = named.get(full, named.get(full.replace("depthwise_kernel", "kernel")))
        if weight is not None:
            weight.assign(value)
        elif full.split("/")[0] not in (*HIDDEN, "dense"):
            raise KeyError(full)
    # EfficientNet divides by 255 inside.
    factor = 255 if any(isinstance(layer, keras.layers.Rescaling) for layer in base.layers) else 1
    return lambda inputs: head(keras.ops.convert_to_numpy(base(inputs * factor, training=False)).mean((1, 2)), tensors)`;
  }
  return `def ${name}(tensors):
    import torch
    ${imports}
    network = ${call}
    network.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()}, strict=True)
    network.eval()

    def predict(inputs):
        with torch.no_grad():
            outputs = network(torch.from_numpy(np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))))
            return torch.softmax(getattr(outputs, "logits", outputs), 1).numpy()

    return predict`;
}

const BASE = `from safetensors.numpy import load_file


def head(features, tensors):
    for name in HIDDEN:
        features = np.maximum(features @ tensors[f"{name}/kernel"] + tensors[f"{name}/bias"], 0)
    logits = features @ tensors["dense/kernel"] + tensors["dense/bias"]
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def preprocessed(inputs):
    facts = json.loads((HERE.parent / "mien.json").read_text("utf-8"))["preprocessing"]
    return inputs[..., facts["order"]] * np.float32(facts["scale"]) + np.float32(facts["offset"])


def predictor(path, claim):
    tensors = load_file(path)
    if claim["takes"] == "features":
        return lambda features: head(features, tensors)
    predict = MAKERS[path.name](tensors)
    return lambda inputs: predict(preprocessed(inputs))`;
