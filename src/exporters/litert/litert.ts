/** LiteRT, once TensorFlow Lite: for phones and small boards; whole and as halves. */
import type { Exporter, WrittenNetwork } from '../exporter.ts';
import { pythonChecker } from '../package/check-python.ts';

const VARIANTS = [
  { path: 'model.tflite', precision: 'float32' },
  { path: 'model.float16.tflite', precision: 'float16' },
] as const;

export const litertExporter: Exporter = {
  entry: {
    name: 'litert',
    label: 'LiteRT',
    help: 'For phones and small boards: TensorFlow Lite and LiteRT on Android, iOS, Linux or in a page.',
    opensWith: "Interpreter(model_path='model.tflite')",
    bytesPerParameter: 6,
    bytesBeside: 0,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
    const { tfliteFile } = await import('./model.ts');
    return {
      files: VARIANTS.map(({ path, precision }) => tfliteFile(path, input, precision)),
      models: VARIANTS.map((variant) => ({ ...variant, takes: 'pictures' })),
      checker: pythonChecker({ packages: 'ai-edge-litert', predictor: PREDICTOR, isSingle: true }),
      guide: guideOf(input.recipe.image.size),
    };
  },
};

const PREDICTOR = `
def predictor(path, claim):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow

        Interpreter = tensorflow.lite.Interpreter
    interpreter = Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    (pixels,) = interpreter.get_input_details()
    (probabilities,) = interpreter.get_output_details()

    def predict(inputs):
        interpreter.set_tensor(pixels["index"], inputs)
        interpreter.invoke()
        return interpreter.get_tensor(probabilities["index"])

    return predict
`;

const guideOf = (size: number): string => `\`\`\`python
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

interpreter = Interpreter(model_path="model.tflite")
interpreter.allocate_tensors()
picture = Image.open("picture.jpg").convert("RGB").resize((${size}, ${size}))
pixels = np.asarray(picture, "float32")[None]  # [1, ${size}, ${size}, 3], 0 to 255: the preprocessing is inside
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
interpreter.invoke()
probabilities = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
\`\`\`

One picture at a time. \`model.float16.tflite\` is half as large: its weights are rounded, and computed with as float32 (GPUs of phones take them as they are). Both carry TFLite's metadata: the labels, and that pixels are not to be scaled.`;
