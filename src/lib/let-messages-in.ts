/**
 * Ends the current task, so that waiting messages are handled. A message channel, because timers are clamped to
 * 4 ms and animation frames stop in a hidden tab.
 */
export function letMessagesIn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
