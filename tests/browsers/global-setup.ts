/** Finds Firefox and WebKit, and serves the same build as the tests in Chromium. */
import type { TestProject } from 'vitest/node';
import { findBrowsers, type FoundBrowsers } from '../../tools/setup/browsers.ts';
import { thisSystem } from '../../tools/setup/system.ts';
import { serveBuild } from '../browser/global-setup.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What is beside Chromium to test in. */
    browsers: FoundBrowsers;
  }
}

/** @returns what stops the server and removes the build */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('browsers', findBrowsers(thisSystem));
  return serveBuild(project);
}
