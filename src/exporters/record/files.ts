/** Owns the folder `papers/` of an export: the run's figures as JSON and CSV, its charts as SVG and PNG. */

import { svgOf, type Drawing } from '../../lib/figures/drawing.ts';
import { classificationReport } from '../../lib/figures/classification-report.ts';
import type { Platform } from '../../platform/platform.ts';
import { fileOf, type ExportedFile, type TrainedNetwork } from '../exporter.ts';
import { calibrationDrawing, confusionDrawing } from './charts.ts';
import { curvesDrawing } from './curves.ts';
import {
  classTable,
  confusionTable,
  evaluationRecord,
  historyLine,
  historyTable,
  reliabilityOf,
} from './figures.ts';

/** Nothing of a run that there was none of, such as of a network that came as a file. */
export function recordFiles(
  trained: Pick<TrainedNetwork, 'history' | 'test' | 'sureness' | 'kept' | 'recipe'>,
  platform: Pick<Platform, 'drawPng'>,
): ExportedFile[] {
  const { history, test } = trained;
  const json = (name: string, value: unknown): ExportedFile =>
    fileOf(`papers/${name}.json`, `${JSON.stringify(value, null, 2)}\n`);
  const files: ExportedFile[] = [];
  if (history.length > 0) {
    files.push(
      json('history', history.map(historyLine)),
      fileOf('papers/history.csv', historyTable(history)),
      ...chart('curves', curvesDrawing(history), platform),
    );
  }
  if (test === null) return files;
  const reliability = reliabilityOf(test);
  files.push(
    json('evaluation', evaluationRecord(trained)),
    fileOf('papers/evaluation.csv', classTable(test)),
    fileOf('papers/confusion-matrix.csv', confusionTable(test)),
    fileOf('papers/report.txt', classificationReport(test.perClass, test.accuracy)),
    ...chart('confusion-matrix', confusionDrawing(test), platform),
    ...chart('calibration', reliability === null ? null : calibrationDrawing(reliability), platform),
  );
  return files;
}

function chart(name: string, drawing: Drawing | null, platform: Pick<Platform, 'drawPng'>): ExportedFile[] {
  if (drawing === null) return [];
  return [
    fileOf(`papers/${name}.svg`, svgOf(drawing)),
    {
      path: `papers/${name}.png`,

      async *chunks() {
        yield await platform.drawPng(drawing);
      },
    },
  ];
}
