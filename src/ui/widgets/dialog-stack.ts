/**
 * Owns how dialogs are left: Escape and the browser's Back leave the one on top, whatever has the focus, and no other.
 * Left to itself the browser closes several at one Escape where they opened without a click between, and Back leaves the
 * page. While a dialog is open there is an entry in the history for Back to take; it is taken back with the last dialog.
 * So it also owns the address: only here is it known whether the browser changed it for a user or for a dialog.
 *
 * Taking an entry back takes the browser a moment, in which a link may be opened. It is heard at `popstate`, which comes
 * before anything else can happen to the address; at `hashchange` the entry may have been taken back already, and the
 * address be no more that of the link.
 */

/** Leaves a dialog, or what is open in it. */
type Leave = () => void;

const open: Leave[] = [];
/** Of the entry that Back comes to from a dialog's; null while there is none. */
let addressBefore: string | null = null;
/** Whether the entry is there for Back to take. */
let hasEntry = false;
/** How many entries there are with it: a link adds another, what is taken back leaves them. */
let entries = 0;
/** Whether the entry is being taken back, which the page then hears as if Back were pressed. */
let isTakingBack = false;
let isListening = false;

/**
 * Puts a dialog on top.
 *
 * @returns what takes it away again
 */
export function openDialog(leave: Leave): () => void {
  listen();
  open.push(leave);
  if (!isTakingBack) addEntry();
  return () => {
    open.splice(open.lastIndexOf(leave), 1);
    // Another dialog may take its place in this very turn.
    setTimeout(takeEntryBack);
  };
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  addEventListener('keydown', (event) => {
    // A field that has something to leave by itself has said so.
    if (event.key !== 'Escape' || event.defaultPrevented || open.length === 0) return;
    event.preventDefault();
    open.at(-1)?.();
  });
  addEventListener('popstate', onEntry);
}

/** The browser has come to another entry: by Back, by taking one back, or by a link. */
function onEntry(): void {
  const address = location.href;
  if (isLink(address)) {
    hasEntry = false;
    // Where an entry is being taken back, the browser comes to the one before it only now, and the page stays with the link.
    addressBefore = null;
    entries = history.length;
    shownAddress = address;
    linkOpened?.(location.hash);
    return;
  }
  hasEntry = false;
  addressBefore = null;
  const wasTakenBack = isTakingBack;
  isTakingBack = false;
  // The address of the entry before may be of an older recipe: what is shown is what the address says.
  if (shownAddress !== null && shownAddress !== address) history.replaceState(null, '', shownAddress);
  if (!wasTakenBack) open.at(-1)?.();
  if (open.length > 0) addEntry();
}

/** Whether another link was opened, from a bookmark or by hand. */
function isLink(address: string): boolean {
  // The same address as that of the entry before, perhaps.
  if (isTakingBack && history.length > entries) return true;
  if (address === shownAddress || address === addressBefore) return false;
  // What is taken back after a link leads to any address.
  return !isTakingBack || addressBefore !== null;
}

/** The address of what the page shows; null before it was first said. */
let shownAddress: string | null = null;

/** Has the address bar say what the page shows. */
export function showAddress(address: string): void {
  shownAddress = address;
  history.replaceState(history.state, '', address);
}

/** Shows what a link says, by its fragment. */
let linkOpened: ((hash: string) => void) | null = null;

/**
 * Hears of links that a user opens in this page. An entry that is taken back may have another address too, as the one
 * before the first recipe was written into it: that is no link, and reading it would undo what the dialog has done.
 *
 * @returns what ends it
 */
export function onLinkOpened(open: (hash: string) => void): () => void {
  listen();
  linkOpened = open;
  return () => {
    linkOpened = null;
  };
}

function addEntry(): void {
  if (hasEntry) return;
  shownAddress ??= location.href;
  hasEntry = true;
  addressBefore = location.href;
  history.pushState(null, '', location.href);
  entries = history.length;
}

function takeEntryBack(): void {
  if (open.length > 0 || !hasEntry || isTakingBack) return;
  isTakingBack = true;
  history.back();
}
