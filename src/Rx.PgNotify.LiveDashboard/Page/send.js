/** Resolves to what went wrong, in words, or to an empty string. */
export async function send(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    switch (response.status) {
      case 204: return '';
      case 400: return (await response.json().catch(() => null)) ?? 'That was refused.';
      case 404: return 'That order is not open any more.';
      case 503: return 'PostgreSQL does not answer. Nothing was changed, as far as is known.';
      default: return 'That was refused.';
    }
  } catch {
    return 'The dashboard does not answer.';
  }
}
