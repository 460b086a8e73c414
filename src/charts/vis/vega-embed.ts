/**
 * The `vega-embed` that tfjs-vis gets (the build redirects its import to here). Three things differ from the real
 * one: expressions are interpreted, so that no `unsafe-eval` is needed; a chart that is drawn again first lets go of
 * the one before; and charts come bare, without axes, legend, padding and tooltip, because ours are HTML and SVG laid
 * over them, which follow the theme and never stretch.
 */
import realEmbed, { type EmbedOptions, type Result, type VisualizationSpec } from 'vega-embed';
import { expressionInterpreter } from 'vega-interpreter';
import { keepEmbedded } from './use-drawing.ts';

/** What of tfjs-vis' specs is looked at here. */
interface Layer {
  readonly mark: unknown;
  readonly selection?: unknown;
  readonly encoding?: Readonly<Record<string, unknown>>;
}

interface LayeredSpec {
  readonly encoding: { readonly x: Readonly<Record<string, unknown>> };
  readonly layer: readonly Layer[];
}

const bare = {
  background: 'transparent',
  view: { stroke: null },
  axis: { disable: true },
  legend: { disable: true },
} as const;

/** Draws a spec of tfjs-vis. */
export default async function embed(
  element: HTMLElement,
  spec: VisualizationSpec,
  options: EmbedOptions = {},
): Promise<Result> {
  const result = await realEmbed(
    element,
    restyled(spec as unknown as LayeredSpec, element.dataset['slots']),
    {
      ...options,
      ast: true,
      expr: expressionInterpreter,
      renderer: 'svg',
      tooltip: false,
      config: bare,
    },
  );
  keepEmbedded(element, result);
  return result;
}

/**
 * Without the hover layer, which is written in a grammar that Vega-Lite has dropped.
 *
 * @param slots that lines have room for, each as wide as the next
 */
function restyled(spec: LayeredSpec, slots?: string): VisualizationSpec {
  const layer = spec.layer.filter((entry) => entry.selection === undefined).map(withoutLegend);
  const scale = { domain: [-0.5, Number(slots) - 0.5], nice: false, zero: false };
  const encoding =
    slots === undefined ? spec.encoding : { ...spec.encoding, x: { ...spec.encoding.x, scale } };
  return { ...spec, encoding, layer } as unknown as VisualizationSpec;
}

/** A legend that a layer asks for is drawn whatever the config says. */
function withoutLegend(layer: Layer): Layer {
  const colour = layer.encoding?.['color'];
  if (typeof colour !== 'object' || colour === null) return layer;
  return { ...layer, encoding: { ...layer.encoding, color: { ...colour, legend: null } } };
}
