/** Mounts the page: one worker, one store, one tree. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { StudioClient } from './client/studio-client.ts';
import { BackendChoiceSchema } from './protocol/device.ts';
import { invariant } from './protocol/errors.ts';
import { Studio } from './store/studio.ts';
import { App } from './ui/App.tsx';
import { StudioContext } from './ui/studio-context.ts';
import { applyTheme } from './ui/theme.ts';

applyTheme();
const root = document.getElementById('root');
invariant(root !== null, 'index.html has an element with the id root');

const asked = BackendChoiceSchema.safeParse(new URLSearchParams(location.search).get('backend') ?? 'auto');
const studio = new Studio(new StudioClient(), asked.success ? asked.data : 'auto');
void studio.start(location.hash);

createRoot(root).render(
  <StrictMode>
    <StudioContext value={studio}>
      <App />
    </StudioContext>
  </StrictMode>,
);
