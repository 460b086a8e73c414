/** The main jobs in Firefox. */
import { inject } from 'vitest';
import { passOver } from '../support/shows.ts';
import { startFirefox } from './firefox.ts';
import { doesTheMainJobs } from './jobs.ts';

const { firefox } = inject('browsers');

if (firefox === null) passOver('Firefox');
else {
  doesTheMainJobs({
    name: 'Firefox',
    start: () => startFirefox(firefox),
    differences: {
      // It has its own way from the halved colours of AVIF to RGB: far off beside hard edges of colour.
      avif: 58,
      'avif rgba': 58,
      // Without a graphics card it gives no WebGL, and colours under transparent pixels are lost.
      'webp rgba': 216,
    },
  });
}
