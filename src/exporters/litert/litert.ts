/** LiteRT, once TensorFlow Lite: for phones and small boards; whole, as halves, and in whole numbers of 8 bits. */
import type { Calibration, Exporter, ExportInput, ModelFile, WrittenNetwork } from '../exporter.ts';
import { rangesOf } from '../network/run.ts';
import { pythonChecker } from '../package/check-python.ts';
import type { TfliteGraph } from './graph.ts';

const VARIANTS = [
  { path: 'model.tflite', precision: 'float32' },
  { path: 'model.float16.tflite', precision: 'float16' },
] as const;

const INTEGERS = 'model.int8.tflite';

/**
 * How near LiteRT comes to what is computed here in float32 on the same grids. Probabilities have steps of 1/256; a value
 * that is the next on its grid early on is a few of them at the end.
 */
const INTEGER_TOLERANCE = 0.05;

export const litertExporter: Exporter = {
  entry: {
    name: 'litert',
    label: 'LiteRT',
    help: 'For phones and small boards: TensorFlow Lite and LiteRT on Android, iOS, Linux or in a page.',
    opensWith: "Interpreter(model_path='model.tflite')",
    bytesPerParameter: 7,
    bytesBeside: 0,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
    const [{ tfliteFile }, { tfliteGraph }] = await Promise.all([import('./model.ts'), import('./graph.ts')]);
    const files = VARIANTS.map(({ path, precision }) =>
      tfliteFile(path, input, () => tfliteGraph(input.network, precision)),
    );
    const models: ModelFile[] = VARIANTS.map((variant) => ({ ...variant, takes: 'pictures' }));
    const { calibration } = input;
    const integers = calibration === null ? null : await integersOf(input, calibration);
    if (integers !== null) {
      const { imitated } = await import('./imitate.ts');
      files.push(tfliteFile(INTEGERS, input, () => Promise.resolve(integers)));
      const rounded = { load: () => imitated(integers), tolerance: INTEGER_TOLERANCE };
      models.push({ path: INTEGERS, precision: 'int8', takes: 'pictures', rounded });
    }
    return {
      ...{ files, models },
      checker: pythonChecker({ packages: 'ai-edge-litert', predictor: PREDICTOR, isSingle: true }),
      guide: guideOf(input.recipe.image.size, integers !== null),
      notes: integers === null ? [WITHOUT_INTEGERS] : [],
    };
  },
};

const WITHOUT_INTEGERS = `${INTEGERS}, in whole numbers of 8 bits, is not among them: it is made by training pictures, and the set of this network is not open. Open it and take LiteRT again to have it.`;

/** The network in whole numbers, by what its values are on training pictures. */
async function integersOf(
  { network, recipe }: ExportInput,
  { pictures, rows }: Calibration,
): Promise<TfliteGraph | null> {
  if (rows.length === 0) return null;
  const { size } = recipe.image;
  const each = async function* (): AsyncGenerator<Uint8Array> {
    for (const row of rows) yield (await pictures.read([row])).subarray(0, size * size * 3);
  };
  const [{ integerGraph }, { tfliteGraph }] = await Promise.all([
    import('./integers.ts'),
    import('./graph.ts'),
  ]);
  return integerGraph(await tfliteGraph(network, 'float32'), await rangesOf(network, each()));
}

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

const guideOf = (size: number, hasIntegers: boolean): string => `\`\`\`python
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

One picture at a time. \`model.float16.tflite\` is half as large: its weights are rounded, and computed with as float32 (GPUs of phones take them as they are). ${hasIntegers ? '`model.int8.tflite` is a quarter as large and computes in whole numbers of 8 bits from the pixels to the probabilities, for boards and for phones’ own chips; it takes and gives float32 like the others. ' : ''}All carry TFLite's metadata: the labels, and that pixels are not to be scaled.`;
