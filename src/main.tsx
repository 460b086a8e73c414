/** Mounts the page: one worker, one store, one tree. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { StudioClient } from './client/studio-client.ts';
import { BackendChoiceSchema } from './protocol/device.ts';
import { invariant } from './protocol/errors.ts';
import { Studio } from './store/studio.ts';
import { App } from './ui/App.tsx';
import { StudioContext } from './ui/studio-context.ts';
import { agreed } from './ui/agreed.ts';
import { applyTheme } from './ui/theme.ts';
import { forgetSettings, isVisitOver } from './ui/visit.ts';

applyTheme();
const root = document.getElementById('root');
invariant(root !== null, 'index.html has an element with the id root');

const asked = BackendChoiceSchema.safeParse(new URLSearchParams(location.search).get('backend') ?? 'auto');
const client = new StudioClient();
const studio = new Studio(client, asked.success ? asked.data : 'auto', agreed);
void begin();

/** What an earlier visit on a shared computer left to be forgotten goes first. */
async function begin(): Promise<void> {
  if (await isVisitOver()) {
    // Where the engine or its storage fails the page says so itself, and the next one tries again.
    const isForgotten = await client.ready
      .then(() => studio.stored.forgetAll())
      .then(
        () => true,
        (_said: unknown) => false,
      );
    if (isForgotten) forgetSettings();
  }
  await studio.start(location.hash);
}

createRoot(root).render(
  <StrictMode>
    <StudioContext value={studio}>
      <App />
    </StudioContext>
  </StrictMode>,
);
