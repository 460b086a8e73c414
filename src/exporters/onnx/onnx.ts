/** ONNX: one file for ONNX Runtime in any language, and for what converts from it; whole, as halves and as bytes. */
import type { ExportedFile, Exporter, ModelFile, WrittenNetwork } from '../exporter.ts';
import { pythonChecker } from '../package/check-python.ts';
import type { OnnxVariant } from './graph.ts';

const VARIANTS: readonly (Pick<ModelFile, 'path'> & OnnxVariant)[] = [
  { path: 'model.onnx', precision: 'float32', pixels: 'float32' },
  { path: 'model.uint8-input.onnx', precision: 'float32', pixels: 'uint8' },
  { path: 'model.float16.onnx', precision: 'float16', pixels: 'float32' },
  { path: 'model.int8.onnx', precision: 'int8', pixels: 'float32' },
];

export const onnxExporter: Exporter = {
  entry: {
    name: 'onnx',
    label: 'ONNX',
    help: 'For ONNX Runtime in Python, C#, Java, C++ or a page, and for tools that convert from it.',
    opensWith: "onnxruntime.InferenceSession('model.onnx').run(None, {'pixels': pixels})",
    bytesPerParameter: 11,
    bytesBeside: 0,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
    const { onnxFile } = await import('./model.ts');
    const files: ExportedFile[] = [];
    // One after the other: each looks at all weights, to see how they are rounded.
    for (const { path, ...variant } of VARIANTS) files.push(await onnxFile(path, input, variant));
    return {
      files,
      models: VARIANTS.map(({ path, precision }) => ({ path, precision, takes: 'pictures' })),
      checker: pythonChecker({ packages: 'onnxruntime', predictor: PREDICTOR }),
      guide: guideOf(input.recipe.image.size),
    };
  },
};

const PREDICTOR = `
import onnxruntime


def predictor(path, claim):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (pixels,) = session.get_inputs()
    kind = "uint8" if "uint8" in pixels.type else "float32"
    return lambda inputs: session.run(None, {pixels.name: inputs.astype(kind)})[0]
`;

const guideOf = (size: number): string => `\`\`\`python
import numpy as np, onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("model.onnx")
picture = Image.open("picture.jpg").convert("RGB").resize((${size}, ${size}))
pixels = np.asarray(picture, "float32")[None]  # [pictures, ${size}, ${size}, 3], 0 to 255: the preprocessing is inside
(probabilities,) = session.run(None, {"pixels": pixels})
\`\`\`

\`model.onnx\` is exact. \`model.float16.onnx\` and \`model.int8.onnx\` are a half and a quarter as large: their weights are rounded, and computed with as float32. \`model.uint8-input.onnx\` is the exact one for pixels that come as bytes. Any number of pictures at a time; opset 17.`;
