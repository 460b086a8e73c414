/** Keras 3: the whole network as `.keras`, to use and to go on training, and its weights alone. */
import type { Exporter, WrittenNetwork } from '../exporter.ts';
import { pythonChecker } from '../package/check-python.ts';

export const kerasExporter: Exporter = {
  entry: {
    name: 'keras',
    label: 'Keras',
    help: 'For Keras 3 on TensorFlow, JAX or PyTorch: to use, and to go on training.',
    opensWith: "model = keras.saving.load_model('model.keras')",
    bytesPerParameter: 8,
    bytesBeside: 0,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  async write(input): Promise<WrittenNetwork> {
    const { kerasFiles } = await import('./files.ts');
    const { retraining } = await import('./retrain/files.ts');
    const again = await retraining(input);
    return {
      files: kerasFiles(input),
      models: [
        { path: 'model.keras', precision: 'float32', takes: 'pictures' },
        { path: 'model.weights.h5', precision: 'float32', takes: 'pictures' },
      ],
      checker: pythonChecker({ packages: 'keras tensorflow', predictor: PREDICTOR }),
      beside: () => again.files,
      guide: `${guideOf(input.recipe.image.size)}\n\n${again.guide}`,
    };
  },
};

const PREDICTOR = `
import keras


def predictor(path, claim):
    model = keras.saving.load_model(HERE.parent / "model.keras")
    if path.name != "model.keras":
        for weight in model.weights:
            weight.assign(np.zeros(weight.shape))
        model.load_weights(path)
    return lambda inputs: keras.ops.convert_to_numpy(model(inputs, training=False))
`;

const guideOf = (size: number): string => `\`\`\`python
import keras, numpy as np
from PIL import Image

model = keras.saving.load_model("model.keras")
picture = Image.open("picture.jpg").convert("RGB").resize((${size}, ${size}))
pixels = np.asarray(picture, "float32")[None]  # [pictures, ${size}, ${size}, 3], 0 to 255: the preprocessing is inside
probabilities = model.predict(pixels)
\`\`\`

No class of Mien's is needed. \`model.weights.h5\` has the weights alone, for \`model.load_weights\` of a model that is built of the same layers. The first layer takes red, green and blue in this order, whatever order the backbone's own weights had.`;
