/**
 * Owns the program in Keras 3 that carries a recipe out, in cells: what is the same for all recipes. Its settings, which
 * are the recipe, stand before it (`settings.ts`).
 *
 * Batches are filled up to their size with pictures that count nothing, so that several devices can divide them; where
 * BatchNorm goes by the batch, the last one that is not full is left out instead. On several hosts each reads its share of
 * every batch.
 */

/** A cell of a notebook, or a part of a script. */
export interface Cell {
  readonly kind: 'markdown' | 'code';
  readonly source: string;
}

const text = (source: string): Cell => ({ kind: 'markdown', source });
const code = (source: string): Cell => ({ kind: 'code', source: source.trim() });

/** After the settings. */
export const PROGRAM: readonly Cell[] = [
  text('## Devices\n\nKeras runs on what `KERAS_BACKEND` names. Several devices share each batch.'),
  code(String.raw`
import contextlib
import hashlib
import io
import json
import os
import pathlib
import sys
import time

if VIRTUAL_DEVICES > 1:
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={VIRTUAL_DEVICES}"
import keras
import numpy as np
import pyarrow.parquet as parquet
from PIL import Image, ImageOps
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import train_test_split

devices, scope = 1, contextlib.nullcontext
hosts, host = 1, 0
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    if VIRTUAL_DEVICES > 1:
        one = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one] * VIRTUAL_DEVICES)
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(found) > 1:
        strategy = tf.distribute.MirroredStrategy([device.name for device in found])
        devices, scope = len(found), strategy.scope
elif keras.backend.backend() == "jax":
    if SEVERAL_HOSTS:
        import jax
        from jax.experimental import multihost_utils

        keras.distribution.initialize()
        hosts, host = jax.process_count(), jax.process_index()
    devices = len(keras.distribution.list_devices())
    if devices > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
if BATCH_SIZE % devices != 0:
    sys.exit(f"{devices} devices cannot share a batch of {BATCH_SIZE}: choose a BATCH_SIZE that they divide.")
print(f"{keras.backend.backend()} on {devices} device(s) of {hosts} host(s)")
if MIXED_PRECISION:
    keras.config.set_dtype_policy(f"mixed_{MIXED_PRECISION}")
keras.utils.set_random_seed(SEED)`),
  text(
    '## The set\n\nRows without a picture or a label are left out, as Mien does; the others are numbered in their order.',
  ),
  code(String.raw`
table = parquet.read_table(SET_FILE)
info = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
names = info.get("info", {}).get("features", {}).get("label", {}).get("names", [])


def label_of(row):
    """The name of a row's class; None where it has none. Answers are taken in small letters."""
    if "qa" in row:
        answer = row["qa"][0]["answer"] if row["qa"] else None
        return answer.strip().lower() if answer else None
    return names[row["label"]] if row["label"] is not None and row["label"] >= 0 else None


pictures, classes = [], []
for row in table.to_pylist():
    name = label_of(row)
    if row["image"] is None or name not in LABELS:
        continue
    try:
        picture = Image.open(io.BytesIO(row["image"]["bytes"]))
        picture = (ImageOps.exif_transpose(picture) if TURNED else picture).convert("RGB")
    except OSError:
        continue
    pictures.append(np.asarray(picture.resize((IMAGE_SIZE, IMAGE_SIZE), RESIZE)))
    classes.append(LABELS.index(name))
x, classes = np.stack(pictures), np.array(classes)
y = np.eye(len(LABELS), dtype="float32")[classes]
print(f"{len(x)} pictures in {len(LABELS)} classes")`),
  text('## The split\n\nThe same rows as in Mien: it is compared with those that Mien tested on.'),
  code(String.raw`
held = round(VALIDATION + TEST, 12)
train, rest = train_test_split(np.arange(len(x)), test_size=held, random_state=SPLIT_SEED, stratify=classes)
validation, test = train_test_split(
    rest, test_size=round(TEST / held, 12), random_state=SPLIT_SEED, stratify=classes[rest]
)
digest = hashlib.sha256(" ".join(map(str, test)).encode()).hexdigest()
if TEST_ROWS_SHA256 is None:
    print("Not compared: Mien did not test, or ran on a page that could make no hash.")
elif TEST_ROWS_SHA256 != digest:
    sys.exit(f"{SET_FILE} is not the set that Mien trained on: its test pictures are others.")
split = {"train": train, "validation": validation, "test": test}`),
  text('## Batches'),
  code(String.raw`
class Batches(keras.utils.PyDataset):
    """Batches of one size; what fills the last one up has the weight 0."""

    def __init__(self, rows, weights=None, shuffle=False, whole=False):
        super().__init__()
        self.rows, self.shuffle = rows, np.random.default_rng(SEED) if shuffle else None
        self.weights = np.ones(len(LABELS)) if weights is None else weights
        self.count = len(rows) // BATCH_SIZE if whole else -(-len(rows) // BATCH_SIZE)
        self.on_epoch_end()

    def on_epoch_end(self):
        if self.shuffle is not None:
            self.rows = self.shuffle.permutation(self.rows)

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        rows = self.rows[index * BATCH_SIZE : (index + 1) * BATCH_SIZE]
        padded = np.resize(rows, BATCH_SIZE)
        weight = self.weights[classes[padded]] * BATCH_SIZE / len(rows)
        weight[len(rows) :] = 0
        own = slice(host, None, hosts)
        return x[padded[own]].astype("float32"), y[padded[own]], weight[own].astype("float32")


def probabilities_of(model, rows):
    batches = Batches(rows)
    if hosts == 1:
        return model.predict(batches, verbose=0)[: len(rows)]
    # No host reads what others computed: each answers its share, and all shares are handed round.
    state = [[np.asarray(v.value) for v in some] for some in (model.trainable_variables, model.non_trainable_variables)]
    answer = jax.jit(lambda state, some: model.stateless_call(*state, some, training=False)[0])
    parts = [multihost_utils.process_allgather(answer(state, batches[index][0])) for index in range(len(batches))]
    return np.concatenate([np.swapaxes(part, 0, 1).reshape(-1, len(LABELS)) for part in parts])[: len(rows)]


def loss_and_accuracy(probabilities, rows):
    truth = np.clip(probabilities[np.arange(len(rows)), classes[rows]], 1e-7, 1)
    return float(-np.log(truth).mean()), float((probabilities.argmax(1) == classes[rows]).mean())`),
  text(
    '## The network\n\nThat of the export beside this folder, with its preprocessing inside: as it was trained, or with fresh weights.',
  ),
  code(String.raw`
def fresh(model):
    """The same layers with new weights, the backbone's from ImageNet where the recipe has them from there."""
    model = keras.models.clone_model(model)
    if START != "imagenet":
        return model
    build = getattr(keras.applications, APPLICATION)
    base = build(include_top=False, weights="imagenet", input_shape=(IMAGE_SIZE, IMAGE_SIZE, 3), **OPTIONS)
    ours = {layer.name: layer for layer in model.layers}
    for layer in base.layers:
        if layer.weights and layer.name in ours:
            weights = layer.get_weights()
            if weights[0].ndim == 4 and weights[0].shape[2] == 3 and CHANNELS != [0, 1, 2]:
                # The exported network takes red, green and blue in this order.
                weights[0] = weights[0][:, :, CHANNELS, :]
            ours[layer.name].set_weights(weights)
    return model


def by_averages(model):
    """The same layers, whose BatchNorms go by their averages while they train."""

    def call(layer, *args, **kwargs):
        if isinstance(layer, keras.layers.BatchNormalization):
            kwargs["training"] = False
        return layer(*args, **kwargs)

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def augmented(model):
    """Pictures are changed by chance before the network, in training alone."""
    changes = [layer for layer in AUGMENTATION(keras.layers)]
    inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3))
    values = inputs
    for change in changes:
        values = change(values)
    return keras.Model(inputs, model(values))


with scope():
    network = keras.saving.load_model(HERE.parent / "model.keras")
    if START != "exported":
        network = fresh(network)
    if MIXED_PRECISION:
        # All but the last one, whose probabilities keep their digits; variables stay float32.
        for layer in network.layers[:-1]:
            layer.dtype_policy = f"mixed_{MIXED_PRECISION}"
names_of_layers = [layer.name for layer in network.layers]
backbone = network.layers[2 : names_of_layers.index("global_average_pooling2d")]`),
  text('## Training'),
  code(String.raw`
class Told(keras.callbacks.Callback):
    """Validates, keeps a checkpoint, and notes each epoch as Mien does."""

    def __init__(self, phase):
        super().__init__()
        self.phase = phase

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"], logs["val_accuracy"] = loss_and_accuracy(
            probabilities_of(self.model, validation), validation
        )
        history.append({
            "phase": self.phase, "epoch": epoch + 1, "loss": float(logs["loss"]), "accuracy": float(logs["accuracy"]),
            "valLoss": logs["val_loss"], "valAccuracy": logs["val_accuracy"],
            "learningRate": float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)), "seconds": time.perf_counter() - self.begun,
        })
        if host == 0:
            network.save(OUT / "checkpoint.keras")
        print({name: round(value, 4) if isinstance(value, float) else value for name, value in history[-1].items()})


def train_phase(phase):
    """One phase: which layers train, how the rate goes, and when it ends."""
    on_batch = phase["batchNorm"] == "batch"
    open_layers = phase["unfreeze"] if phase["unfreeze"] != "all" else len(backbone)
    for index, layer in enumerate(backbone):
        layer.trainable = index >= len(backbone) - open_layers
    batches = Batches(train, class_weights(), shuffle=True, whole=on_batch)
    if len(batches) == 0:
        sys.exit(f"{len(train)} training pictures fill no batch of {BATCH_SIZE}: choose a smaller BATCH_SIZE.")
    with scope():
        model = augmented(network if on_batch else by_averages(network))
        model.compile(
            optimizer=phase["optimizer"](keras, phase["rate"](keras, len(batches))),
            loss=keras.losses.CategoricalCrossentropy(label_smoothing=LABEL_SMOOTHING),
            weighted_metrics=["accuracy"],
        )
    callbacks = [Told(phase["name"]), *phase["callbacks"](keras)]
    model.fit(batches, epochs=EPOCHS or phase["epochs"], callbacks=callbacks, verbose=0)


def class_weights():
    counts = np.bincount(classes[train], minlength=len(LABELS))
    if CLASS_WEIGHTS == "balanced":
        return len(train) / (len(LABELS) * np.maximum(counts, 1))
    return np.array([(CLASS_WEIGHTS or {}).get(name, 1.0) for name in LABELS])


history = []
OUT.mkdir(parents=True, exist_ok=True)
for phase in PHASES:
    train_phase(phase)`),
  text('## What came of it'),
  code(String.raw`
probabilities = probabilities_of(network, test)
loss, accuracy = loss_and_accuracy(probabilities, test)
found = probabilities.argmax(1)
numbers = range(len(LABELS))
scores = precision_recall_fscore_support(classes[test], found, labels=numbers, zero_division=0)
evaluation = {
    "labels": LABELS, "testLoss": loss, "testAccuracy": accuracy,
    "confusionMatrix": confusion_matrix(classes[test], found, labels=numbers).tolist(),
    "perClass": [
        {"label": label, "precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
        for label, p, r, f, s in zip(LABELS, *scores)
    ],
}
files = {"history": history, "evaluation": evaluation, "split": {part: rows.tolist() for part, rows in split.items()}}
if host == 0:
    for name, value in files.items():
        (OUT / f"{name}.json").write_text(json.dumps(value, indent=2), "utf-8")
    network.save(OUT / "trained.keras")
print(f"Test: {100 * accuracy:.1f} % right, loss {loss:.4f}. Written into {OUT}.")`),
];
