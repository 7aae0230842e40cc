/** The first letter of a name, with a dot that is full while the person is there and hollow while not. */
export function Avatar({ name, online }: { name: string; online: boolean | undefined }) {
  return (
    <span className="avatar" aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
      {online !== undefined && <span className={online ? 'presence presence-on' : 'presence'} />}
    </span>
  );
}
