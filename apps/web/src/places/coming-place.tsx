import type { Place } from '../routing/route.ts';
import { Icon } from '../shell/icons.tsx';

type ComingPlaceName = Extract<Place, 'lab'>;

const coming: Readonly<Record<ComingPlaceName, { title: string; promise: string; until: string }>> = {
  lab: {
    title: 'Lab',
    promise:
      'Here you will run, break and replay the protocols that carry your messages: the very code that runs in Bothy, with a network that fails when you say so.',
    until: 'The lab is not built yet.',
  },
};

/** A place that is still to come: what will be there, and that it is not there now. */
export function ComingPlace({ place }: { place: ComingPlaceName }) {
  const { title, promise, until } = coming[place];
  return (
    <section className="coming" aria-labelledby="coming-title">
      <span className="coming-icon">
        <Icon name={place} sizePx={40} />
      </span>
      <h1 id="coming-title">{title}</h1>
      <p>{promise}</p>
      <p className="hint">{until}</p>
    </section>
  );
}
