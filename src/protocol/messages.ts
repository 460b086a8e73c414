/**
 * The contract between page and worker. A request carries an id and gets exactly one `done`, `failed` or
 * `cancelled`; events stream beside it; control is handled at once, never queued behind work.
 */
import type { Catalog } from './catalog.ts';
import type {
  DatasetSummary,
  PictureFacts,
  RgbaPictures,
  RgbaViews,
  SourceDescription,
} from './set/dataset.ts';
import type { BackendChoice, DeviceReport } from './device.ts';
import type { Edit } from './set/edits.ts';
import type { WireError } from './errors.ts';
import type { RateSweep, ResumableRun, RunEvent, RunResult } from './events.ts';
import type {
  BroughtRun,
  KeptChange,
  KeptRecord,
  KeptRun,
  KeptRuns,
  OtherSetResult,
  TakenRuns,
} from './runs/kept.ts';
import type { Weighing } from './runs/ensemble.ts';
import type { Queue, QueueChange, QueuedStudy, StudyPlan, StudySource } from './runs/queue.ts';
import type { InspectedWeights, ModelSummary } from './model.ts';
import type { EditsRef, Recipe } from './recipe/recipe.ts';
import type { WeightsFile } from './recipe/own-weights.ts';
import type { Stored, StoredThing } from './stored.ts';
import type { PreparedUpload, Uploaded, UploadTarget } from './upload.ts';
import type { Answer, AnsweredRows, AskedPicture, Patch, TriedNetwork } from './try.ts';

/** What was picked on the page: single files, or all files of a folder, each with its path as its name. */
export interface Picked {
  /** The image set's. */
  readonly files?: readonly File[];
  /** The weights'. */
  readonly weightFiles?: readonly File[];
}

/** A change of a list of edits, by row numbers of the open set or by classes as they are called now. */
export type EditChange =
  | Exclude<Edit, { do: 'relabel' | 'leaveOut' | 'bringBack' | 'add' }>
  | { readonly do: 'relabel'; readonly rows: readonly number[]; readonly to: string }
  | { readonly do: 'leaveOut' | 'bringBack'; readonly rows: readonly number[] }
  | { readonly do: 'add'; readonly pictures: readonly { readonly file: File; readonly to: string }[] }
  /** Takes the last edit back. */
  | { readonly do: 'undo' };

/** What files that were dropped can be taken for. */
export type Offer =
  /** A set of its own: of a source, by the option that holds the file. */
  | { readonly kind: 'set'; readonly source: string; readonly label: string; readonly option: string }
  /** Pictures for the set that is open. */
  | { readonly kind: 'pictures'; readonly count: number }
  /** A network that Mien exported, with its head. */
  | { readonly kind: 'network' }
  | { readonly kind: 'weights' }
  | { readonly kind: 'recipe'; readonly recipe: Recipe }
  | { readonly kind: 'edits' }
  | { readonly kind: 'study' }
  | { readonly kind: 'runs' };

/** A list of edits after a change. */
export interface EditedList {
  /** Null for one without edits. */
  readonly list: EditsRef | null;
  /** Names of files that were to be added and are no pictures that can be read. */
  readonly unreadable: readonly string[];
}

/** Nothing to say but that it is done. */
export type Done = Readonly<Record<string, never>>;

/** A file to save; the browser holds its bytes, which may be more than fit into memory. */
export interface SavedFile {
  readonly fileName: string;
  readonly blob: Blob;
  /** What must be known of it, in sentences. */
  readonly notes?: readonly string[];
}

/** Each request's input and output. Adding one here makes every switch over requests fail to compile until handled. */
export interface Requests {
  /** Probes the devices and takes one. */
  chooseDevice: { input: { readonly backend: BackendChoice }; output: DeviceReport };
  /** Opens, cleans and splits the recipe's set, and makes it the current one. */
  openDataset: { input: { readonly recipe: Recipe } & Picked; output: DatasetSummary };
  /** What some files can be taken for; nothing where they can be taken for nothing. */
  recognise: { input: { readonly files: readonly File[] }; output: { readonly offers: readonly Offer[] } };
  /** Changes a list of edits of the current set, null for none; the recipe then names the new one. */
  editSet: { input: { readonly list: EditsRef | null; readonly change: EditChange }; output: EditedList };
  /** Reads a file of edits, of this set or another; a recipe can then name them. */
  takeEdits: { input: { readonly file: Blob }; output: EditedList };
  /** A list of edits as a file. */
  saveEdits: { input: { readonly list: EditsRef }; output: SavedFile };
  /** What a source would open, without opening it. */
  describeSource: { input: { readonly dataset: Recipe['dataset'] }; output: SourceDescription };
  /** Takes a token for the server at an address until the page is closed; an empty one takes it back. */
  useToken: { input: { readonly server: string; readonly token: string }; output: Done };
  /** Pictures of the current set as the network sees them. */
  pictures: { input: { readonly rows: readonly number[] }; output: RgbaPictures };
  /** Pictures of the current set made small, at most `size` pixels a side. */
  thumbnails: {
    input: { readonly rows: readonly number[]; readonly size: number };
    output: RgbaPictures;
  };
  /** What the source says of pictures of the current set, in the order asked for. */
  describePictures: { input: { readonly rows: readonly number[] }; output: readonly PictureFacts[] };
  /** Augmented views of one picture of the current set. */
  views: {
    input: { readonly recipe: Recipe; readonly row: number; readonly count: number };
    output: RgbaViews;
  };
  /** The recipe's network, without loading its weights. */
  describeModel: {
    input: { readonly recipe: Recipe; readonly classes: number } & Picked;
    output: ModelSummary;
  };
  /** Opens picked weights, or those at an address, and finds the network of the catalog that they are for. */
  inspectWeights: {
    input: { readonly recipe: Recipe; readonly weights: WeightsFile } & Picked;
    output: InspectedWeights;
  };
  /** Carries a recipe out; streams {@link RunEvent}. */
  train: {
    input: {
      readonly recipe: Recipe;
      readonly resume?: string;
      /** Whether the test pictures are asked at the end; by default they are. */
      readonly isTested?: boolean;
      /** Epochs after which it is broken off, to go on from there later; by default it goes on to its end. */
      readonly waitAfter?: number;
    } & Picked;
    output: RunResult;
  };
  /** A study with all of its runs, each checked; nothing is stored. */
  planStudy: { input: StudySource; output: StudyPlan };
  /** What is on the queue, after a change. */
  listQueue: { input: { readonly change?: QueueChange }; output: Queue };
  /** Holds the queue for this tab until it is cancelled; says `running` when it does. */
  holdQueue: { input: Done; output: Done };
  /** Asks a kept run about its test pictures. */
  askTest: { input: { readonly runId: string } & Picked; output: RunResult };
  /** Tries learning rates out for a phase, after those before it; streams {@link RunEvent}, keeps nothing it trains. */
  findRate: { input: { readonly recipe: Recipe; readonly phaseIndex: number } & Picked; output: RateSweep };
  /** Runs that did not come to their end, the latest first; deletes the checkpoints of one before. */
  listRuns: { input: { readonly discard?: string }; output: readonly ResumableRun[] };
  /** Runs that are kept, the latest first; changes one before. */
  listKept: { input: { readonly change?: KeptChange }; output: KeptRuns };
  /** All that is kept of a run beside its network. */
  openKept: { input: { readonly runId: string }; output: KeptRecord };
  /** Has a finished run end with the network of its other phase. */
  takeOtherPhase: { input: { readonly runId: string }; output: RunResult };
  /** Has kept runs answer together, and keeps that as a run; `trouble` says why it could not be stored. */
  makeEnsemble: {
    input: {
      readonly runIds: readonly string[];
      readonly weighing: Weighing;
      /** Whether each picture is asked about as it is and mirrored, which their sets have to be opened for. */
      readonly flip: boolean;
    } & Picked;
    output: { readonly runId: string; readonly trouble: WireError | null };
  };
  /** Kept runs as one file, which another machine's Mien takes in. */
  saveRuns: {
    input: {
      readonly runIds: readonly string[];
      /** Whether the pictures of the open set go along, which the runs were trained on. */
      readonly withPictures: boolean;
    };
    output: SavedFile;
  };
  /** A kept run as one page of HTML, to read and to print, or a study with what came of its runs so far. */
  report: { input: { readonly runId: string } | { readonly study: QueuedStudy }; output: SavedFile };
  /** What is in such a file; nothing of it is stored. */
  lookIntoRuns: {
    input: { readonly file: Blob };
    output: {
      readonly runs: readonly KeptRun[];
      /** The set whose pictures are in it; null where none are. */
      readonly pictures: { readonly label: string; readonly sizeBytes: number } | null;
    };
  };
  /** Keeps some of its runs here. */
  takeRuns: { input: { readonly file: Blob; readonly runIds: readonly string[] }; output: TakenRuns };
  /** Writes the network of a kept run in a format of the catalog. */
  export: { input: { readonly format: string; readonly runId: string }; output: SavedFile };
  /** Makes the files of a kept run's network in some formats, to be looked at before they are published. */
  prepareUpload: {
    input: { readonly runId: string; readonly formats: readonly string[] };
    output: PreparedUpload;
  };
  /** Sends what was prepared last to a Hub; streams {@link RunEvent}. */
  upload: { input: UploadTarget; output: Uploaded };
  /** Takes an exported network back, among the kept runs. */
  importNetwork: { input: { readonly files: readonly File[] }; output: BroughtRun };
  /** Makes a kept run's network ready to be asked about pictures. */
  openNetwork: { input: { readonly runId: string }; output: TriedNetwork };
  /** What it says of a picture, all of it or with a part covered; no request keeps anything of a picture. */
  predict: {
    input: {
      readonly runId: string;
      readonly picture: AskedPicture;
      readonly patch?: Patch;
      readonly wantsMaps: boolean;
      /** Looks for faces in a file or a frame and shows the network the square around one: which of them, the largest first. */
      readonly face?: number;
    };
    output: Answer;
  };
  /**
   * What it says while each place of one row is covered in turn, of a map of `places * places`: `[places, classes]`. A row
   * at a time, so that other questions need not wait for a whole map.
   */
  occlude: {
    input: {
      readonly runId: string;
      readonly picture: AskedPicture;
      readonly places: number;
      readonly row: number;
      /** Of the patch, as a share of the picture's. */
      readonly side: number;
    };
    output: { readonly probabilities: Float32Array<ArrayBuffer> };
  };
  /** What it says of some pictures of the open set, without keeping it; ask for few at a time, as of `occlude`. */
  askRows: {
    input: { readonly runId: string; readonly rows: readonly number[]; readonly wantsFeatures: boolean };
    output: AnsweredRows;
  };
  /** Tests a kept run's network on the open set, classes matched by name; streams {@link RunEvent}. */
  testOnSet: { input: { readonly runId: string }; output: OtherSetResult };
  /** What is stored on this machine. */
  listStored: { input: Readonly<Record<string, never>>; output: Stored };
  /** Forgets a part of it; says what is left. */
  deleteStored: { input: StoredThing; output: Stored };
  /** Forgets all that is kept on this machine. */
  forgetAll: { input: Done; output: Done };
  /** Stores the open set on this machine; says what is stored then. */
  storeSet: { input: Readonly<Record<string, never>>; output: Stored };
  /** The open set, or a stored one, as a Parquet file with the Hub's columns. */
  saveSet: { input: { readonly set: string | null }; output: SavedFile };
}

export type RequestKind = keyof Requests;

export type Request = {
  [Kind in RequestKind]: {
    readonly kind: Kind;
    readonly id: number;
    readonly input: Requests[Kind]['input'];
  };
}[RequestKind];

/** Handled at once. `cancel` ends a request with `cancelled`; `stop` ends a run with the epoch that it kept. */
export interface Control {
  readonly kind: 'control';
  readonly id: number;
  readonly action: 'pause' | 'resume' | 'stop' | 'cancel';
}

export type ToWorker = Request | Control;

export type FromWorker =
  | { readonly kind: 'ready'; readonly catalog: Catalog }
  /** Something is about to be stored: only the page can ask the browser not to clear it. */
  | { readonly kind: 'keepStored' }
  /** What must be known of the open set, found when the request that opened it had ended. */
  | { readonly kind: 'late'; readonly event: RunEvent }
  | { readonly kind: 'event'; readonly id: number; readonly event: RunEvent }
  | { readonly kind: 'done'; readonly id: number; readonly output: Requests[RequestKind]['output'] }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'cancelled'; readonly id: number };
