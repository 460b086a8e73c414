/** safetensors: the bare weights, under Keras' names and under those of PyTorch's libraries; whole, and the head alone. */
import type { Exporter, ExportInput, WrittenNetwork } from '../exporter.ts';
import { isTorchBorn } from '../network/born.ts';
import { weightsOf } from '../network/weight.ts';
import { hiddenLayers } from '../../models/head.ts';
import { pythonChecker } from '../package/check-python.ts';
import { factsOf } from '../package/papers.ts';
import { predictorFor } from './check.ts';
import { safetensorsFile } from './file.ts';
import { namingsOf, type LibraryNames } from './namings.ts';

const HEAD = 'head.safetensors';

export const safetensorsExporter: Exporter = {
  entry: {
    name: 'safetensors',
    label: 'safetensors',
    help: 'For PyTorch (timm, transformers or torchvision), and for code of your own: the bare weights.',
    opensWith: "safetensors.torch.load_file('model.timm.safetensors')",
    bytesPerParameter: 12,
    bytesBeside: 0,
    options: [],
    extension: 'zip',
    mimeType: 'application/zip',
  },
  write(input): Promise<WrittenNetwork> {
    const namings = namingsOf(input);
    const weight = weightsOf(input.model);
    const hidden = hiddenLayers(input.recipe.head.hidden);
    const head = [...hidden, 'dense'].flatMap((layer) =>
      ['kernel', 'bias'].map((name) => ({ name: `${layer}/${name}`, value: weight(`${layer}/${name}`) })),
    );
    const about = { labels: JSON.stringify(input.labels), mien: JSON.stringify(factsOf(input)) };
    // Keras builds no network with PyTorch's padding, so nothing can be asked about those names.
    const proven = namings.filter(({ library }) => library !== 'keras' || !isTorchBorn(input));
    return Promise.resolve({
      files: [
        ...namings.map(({ file, library, call, tensors }) =>
          safetensorsFile(file, tensors, {
            format: library === 'keras' ? 'np' : 'pt',
            library,
            create_model: call,
            ...about,
          }),
        ),
        safetensorsFile(HEAD, head, { format: 'np', library: 'keras', ...about }),
      ],
      models: [
        ...proven.map(({ file }) => ({ path: file, precision: 'float32', takes: 'pictures' }) as const),
        { path: HEAD, precision: 'float32', takes: 'features' },
      ],
      checker: pythonChecker({
        packages: `safetensors ${namings.map(({ library }) => PACKAGES[library]).join(' ')}`,
        predictor: predictorFor(namings, hidden),
      }),
      guide: guideOf(input, namings),
    });
  },
};

const PACKAGES = {
  keras: 'keras tensorflow',
  timm: 'torch timm',
  transformers: 'torch transformers',
  torchvision: 'torch torchvision',
} as const;

function guideOf(input: ExportInput, namings: readonly LibraryNames[]): string {
  const torch = namings.filter(({ library }) => library !== 'keras');
  const examples = torch.map(
    ({ file, call, imports }) => `\`\`\`python
import torch
${imports}
from safetensors.torch import load_file

network = ${call}
network.load_state_dict(load_file("${file}"))  # strict: every name must fit
network.eval()
\`\`\`

The call is in the file's header too, as \`create_model\`. With other settings the weights may load all the same and the network compute something else.`,
  );
  const { order, scale, offset } = input.preprocessing;
  return [
    ...examples,
    `The preprocessing is yours to do: of pixels from 0 to 255, \`pixels[..., [${order.join(', ')}]] * [${scale.join(', ')}] + [${offset.join(', ')}]\`; PyTorch then wants \`[pictures, channels, height, width]\`.`,
    '`model.safetensors` has every weight under its name in Keras, `<layer>/<weight>`, and in its layout. `head.safetensors` has the head’s dense layers alone: they take the pooled features of this backbone.',
    ...(torch.length === 0
      ? ['No library of PyTorch has a name for a network of this width and with this head.']
      : []),
  ].join('\n\n');
}
