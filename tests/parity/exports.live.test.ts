/** What real Keras, and TensorFlow's own interpreter of LiteRT files, make of exports; `tests/long/exports.test.ts` asks all the others. */
import { holdExports } from '../support/exports/checked.ts';

holdExports([['mobilenetv2', 32, 'inference']], ['keras', 'litert']);
