/**
 * Owns the names that are neither ours nor used by our code, so that they occur in prose alone: what others call the
 * thing that Mien does as they do. A name that our code uses is not listed.
 */

/** A dotted name that begins with one of these is that Python package's. */
export const FOREIGN_ROOTS: ReadonlySet<string> = new Set([
  'fastai',
  'keras',
  'numpy',
  'sklearn',
  'tensorflow',
]);

/** Names by whose they are. */
const NAMES: Readonly<Record<string, string>> = {
  'Keras and TensorFlow':
    'RandomPerspective image_dataset_from_directory min_delta block3b_expand_conv block_4_expand',
  'scikit-learn': 'LabelEncoder StratifiedGroupKFold StratifiedShuffleSplit _approximate_mode',
  'Pillow and libjpeg':
    'precompute_coeffs normalize_coeffs_8bpc cmyk2rgb h2v2_fancy_upsample ycc_rgb_convert',
  ONNX: 'AttributeProto ModelProto NodeProto TensorProto ValueInfoProto',
  LiteRT:
    'AssociatedFileType BuiltinOperator BuiltinOptions ColorSpaceType ContentProperties ImageProperties NormalizationOptions ProcessUnitOptions TENSOR_AXIS_LABELS TensorType VALID',
  Random123: 'kat_vectors',
  'WebGPU and tfjs': 'GPUSupportedLimits',
  datasets: 'KEYWORDS_IN_FILENAME_BASE_PATTERNS SPLIT_PATTERN_SHARDED',
};

/** Files of others that comments point to. */
const FILES: Readonly<Record<string, string>> = {
  Pillow: 'src/libImaging/Resample.c src/libImaging/Convert.c src/libImaging/Unpack.c',
  'scikit-learn': 'model_selection/_split.py utils/extmath.py',
  NumPy: 'mtrand.pyx',
  PKWARE: 'APPNOTE.TXT',
  datasets: 'datasets/data_files.py',
};

const all = (lists: Readonly<Record<string, string>>): ReadonlySet<string> =>
  new Set(Object.values(lists).flatMap((list) => list.split(' ')));

/** Names that others have. */
export const FOREIGN_NAMES = all(NAMES);
/** Files that others have. */
export const FOREIGN_FILES = all(FILES);
