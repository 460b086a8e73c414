/**
 * What exists: the registries' entries as plain data. The worker sends it when it is ready; the page draws lists
 * and option forms from it and knows no entry by name.
 */
import type { OptionValue, Recipe } from './recipe/recipe.ts';

/** One option of a registry entry, from which the page draws a field and the engine checks a recipe. */
export type OptionSpec = {
  readonly name: string;
  /** The field's label. */
  readonly label: string;
  /** One plain sentence. */
  readonly help: string;
} & (
  | {
      readonly kind: 'number';
      readonly default: number;
      /** What it is instead where a phase runs BatchNorm on the batch, as `fit` makes of a whole network. */
      readonly defaultOnBatch?: number;
      readonly min: number;
      readonly max: number;
      readonly step: number;
    }
  | {
      readonly kind: 'boolean';
      readonly default: boolean;
      /** What the page's form begins with, where that is another; the recipe then says so. */
      readonly onPage?: boolean;
    }
  | { readonly kind: 'string'; readonly default: string; readonly placeholder?: string }
  | {
      readonly kind: 'choice';
      readonly default: OptionValue;
      readonly choices: readonly { readonly value: OptionValue; readonly label: string }[];
    }
  | {
      /** A path for the headless command, a picked file on the page. */
      readonly kind: 'file';
      readonly default: string;
      readonly accept: string;
      /** Whether a folder is picked in place of a file. */
      readonly isFolder?: true;
      /** Whether the page takes the pictures with the camera in place of letting one pick them. */
      readonly isCamera?: true;
    }
);

/** An entry of a registry. */
export interface CatalogEntry {
  /** As written in a recipe. */
  readonly name: string;
  readonly label: string;
  /** One plain sentence. */
  readonly help: string;
  readonly options: readonly OptionSpec[];
}

export interface SourceEntry extends CatalogEntry {
  /** Where the pictures come from and what must be said about them; shown in the Data column. */
  readonly notice: string;
  /** The user's own files, gone with the page unless the set is kept. */
  readonly isOwn?: true;
  /** Pictures as phones and cameras write them: the page has them turned as their Exif note says. */
  readonly isFromCameras?: true;
  /** The option that holds the address of the server which is asked: it can be looked up, and may want a token. */
  readonly server?: string;
}

/** Kinds of weights that a recipe names by a word. */
export type WeightsKind = 'imagenet' | 'starter' | 'random';

export interface BackboneEntry extends CatalogEntry {
  /** Which values of `backbone.weights` there are for it, first the one of a recipe that names none. */
  readonly weights: readonly WeightsKind[];
  /** By kind of weights, the options that they were made for. */
  readonly madeFor?: Readonly<Partial<Record<WeightsKind, Readonly<Record<string, number>>>>>;
  /** How many of its last layers a phase trains that does not say. */
  readonly unfreeze: number;
}

export interface ScheduleEntry extends CatalogEntry {
  /** It looks at the validation pictures after each epoch: without any there is nothing that it could do. */
  readonly goesByValidation?: true;
}

export interface ExporterEntry extends CatalogEntry {
  /** One line of code that opens what is written. */
  readonly opensWith: string;
  /** Bytes of the export for each parameter of the network, all variants together. */
  readonly bytesPerParameter: number;
  /** Bytes that it has beside them, whatever the network: a library, say. */
  readonly bytesBeside: number;
  /** File name extension without the dot, for example `zip`. */
  readonly extension: string;
  readonly mimeType: string;
}

export interface Catalog {
  readonly version: string;
  readonly sources: readonly SourceEntry[];
  readonly backbones: readonly BackboneEntry[];
  readonly augmentations: readonly CatalogEntry[];
  /** First the one of a phase that names none. */
  readonly optimizers: readonly CatalogEntry[];
  /** First the one of a phase that names none. */
  readonly schedules: readonly ScheduleEntry[];
  readonly exporters: readonly ExporterEntry[];
  /** The preset recipes, first the one that a new visitor gets. */
  readonly presets: readonly Preset[];
}

export interface Preset {
  /** File name in `public/recipes` without `.json`. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly recipe: Recipe;
}
