/**
 * An entry of `notifications.endpoints` in the configuration of Distribution 2.8 and 3 that posts what changes to `url`.
 * https://distribution.github.io/distribution/about/configuration/#endpoints
 */
export function notificationEndpoint(url: string, secret: string) {
  return {
    name: 'longshore',
    url,
    headers: { Authorization: [`Bearer ${secret}`] },
    // The default of 500 ms repeats events whenever the receiver is busy for a moment.
    timeout: '5s',
    threshold: 3,
    backoff: '1s',
    // Distribution posts one event after another. Every manifest and layer that anybody reads is one, and a push would
    // wait behind all of them.
    ignore: { actions: ['pull'], mediatypes: ['application/octet-stream'] },
  };
}
