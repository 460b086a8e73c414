/** Where a network is published, as what, and for whom to see. */
import { useId, type ReactElement } from 'react';
import type { ExporterEntry } from '../../../protocol/catalog.ts';
import { useStudioState } from '../../studio-context.ts';
import type { PublishFields } from './use-publishing.ts';

interface PublishFormProps {
  readonly form: PublishFields;
  readonly isReadOnly: boolean;
  readonly onChange: (change: Partial<PublishFields>) => void;
}

const none: readonly ExporterEntry[] = [];

export function PublishForm({ form, isReadOnly, onChange }: PublishFormProps): ReactElement {
  const id = useId();
  // The run's papers go along in any case.
  const exporters = useStudioState((state) => state.catalog?.exporters ?? none).filter(
    ({ bytesPerParameter }) => bytesPerParameter > 0,
  );
  const field = (
    name: 'repo' | 'token' | 'server',
    label: string,
    help: string,
    placeholder = '',
  ): ReactElement => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type={name === 'token' ? 'password' : 'text'}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        readOnly={isReadOnly}
        value={form[name]}
        aria-describedby={`${id}-${name}-help`}
        onChange={(event) => onChange({ [name]: event.target.value.trim() })}
      />
      <p id={`${id}-${name}-help`}>{help}</p>
    </div>
  );
  return (
    <div className="fields">
      {field(
        'repo',
        'Model',
        'You or your organisation, and a name; it is made where there is none.',
        'owner/name',
      )}
      {field(
        'token',
        'Access token',
        'With the right to write. It goes to that Hub alone, and is forgotten when this window is closed.',
        'hf_…',
      )}
      <fieldset className="field" disabled={isReadOnly}>
        <legend>Who may see it</legend>
        {[false, true].map((isPublic) => (
          <label key={String(isPublic)} className="check">
            <input
              type="radio"
              name={`${id}-who`}
              checked={form.isPublic === isPublic}
              onChange={() => onChange({ isPublic })}
            />
            {isPublic ? 'Everybody' : 'Only you, and those you let in there'}
          </label>
        ))}
      </fieldset>
      <fieldset className="field" disabled={isReadOnly}>
        <legend>Formats</legend>
        {exporters.map(({ name, label }) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={form.formats.includes(name)}
              onChange={({ target: { checked } }) =>
                onChange({
                  formats: exporters
                    .map((entry) => entry.name)
                    .filter((each) => (each === name ? checked : form.formats.includes(each))),
                })
              }
            />
            {label}
          </label>
        ))}
      </fieldset>
      {field('server', 'Hub', 'The Hugging Face Hub, or one in the classroom.')}
    </div>
  );
}
