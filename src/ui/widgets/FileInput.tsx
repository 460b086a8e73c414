/** The field that files are picked in, or a folder with all of its files. */
import type { ReactElement } from 'react';

interface FileInputProps {
  readonly id: string;
  /** Whether a folder is picked; else files. */
  readonly isFolder: boolean;
  readonly isMultiple?: boolean;
  readonly accept?: string | undefined;
  readonly isDisabled?: boolean;
  /** Id of what explains it. */
  readonly describedBy?: string;
  /** At least one file; those of a folder have their path from it, with its name, as their name. */
  readonly onPick: (files: readonly File[], first: File) => void;
}

export function FileInput({
  id,
  isFolder,
  isMultiple = false,
  accept,
  isDisabled = false,
  describedBy,
  onPick,
}: FileInputProps): ReactElement {
  return (
    <input
      id={id}
      type="file"
      multiple={isMultiple}
      accept={accept}
      ref={(element) => {
        // React knows no attribute for it.
        if (element !== null) element.webkitdirectory = isFolder;
      }}
      disabled={isDisabled}
      aria-describedby={describedBy}
      onChange={(event) => {
        const files = [...(event.target.files ?? [])].map(withPathAsName);
        const [first] = files;
        if (first !== undefined) onPick(files, first);
      }}
    />
  );
}

/** A file that Safari hands to a worker keeps its name, but not the path that it has on the page. Nothing is copied. */
function withPathAsName(file: File): File {
  const { webkitRelativePath: path, type, lastModified } = file;
  return path === '' ? file : new File([file], path, { type, lastModified });
}
