// The relay's own TLS: browsers are at https:// and nothing stands between them and the relay.

import {execFileSync} from 'node:child_process';
import {chmod, mkdir} from 'node:fs/promises';
import {join} from 'node:path';

import {launchChromium} from '../support/chromium.mjs';
import {check, equal, seconds, Suite} from '../support/harness.mjs';
import {Person} from '../support/person.mjs';
import {Relay} from '../support/relay.mjs';
import {Watch} from '../support/watch.mjs';

// A new certificate under the same names.
async function certify(folder) {
  await mkdir(folder, {recursive: true});
  const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate, '-days', '2',
                           '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], {stdio: 'ignore'});
  await chmod(key, 0o600);
  return {certificate, key};
}

export function tls({program, app}) {
  const suite = new Suite('TLS', {scenario: true});
  let chromium;
  let relay;
  let files;
  let watch;
  let anna;
  let bo;
  const people = [];

  suite.cleanup(async () => {
    await Promise.all(people.map((person) => person.close().catch(() => {})));
    await chromium?.close();
    await relay?.remove();
  });
  suite.photographFailures(() => people);

  suite.test('the app opened over https founds, enrols and talks, and the link says https', async () => {
    chromium = await launchChromium(['--ignore-certificate-errors']);
    relay = await Relay.create({program, app, scheme: 'https'});
    files = await certify(join(relay.data, 'tls'));
    await relay.start(['--tls-certificate', files.certificate, '--tls-key', files.key]);
    check(relay.administratorLink?.startsWith(`${relay.origin}/#`), `no administrator link: ${relay.output}`);
    watch = new Watch(relay.origin);
    anna = await Person.create(chromium, {name: 'Anna Berg', watch});
    bo = await Person.create(chromium, {name: 'Bo Dahl', watch});
    people.push(anna, bo);
    await anna.found(relay.administratorLink, 'Koe');
    await bo.enrol(await anna.invite(bo.name));
    await anna.seesInDirectory([bo.name]);
    await anna.startDirect(bo.name);
    await anna.send('Kuuluuko?');
    await bo.openConversation(anna.name);
    await bo.sees('Kuuluuko?');
  }, seconds(180));

  suite.test('the certificate is renewed while they talk, and the relay is killed and comes back: nothing is lost or doubled', async () => {
    await certify(join(relay.data, 'tls'));
    relay.signal('SIGHUP');
    await bo.send('Kuuluu hyvin.');
    await anna.sees('Kuuluu hyvin.');
    check(relay.output.includes('the certificate was read again'), relay.output);
    watch.relayDown = true;
    await relay.stop('SIGKILL');
    await anna.reads(/No connection/, seconds(60));
    await anna.send('Ensimmäinen.');
    await relay.start(['--tls-certificate', files.certificate, '--tls-key', files.key]);
    await bo.sees('Ensimmäinen.', seconds(90));
    await bo.seesInOrder(['Kuuluuko?', 'Kuuluu hyvin.', 'Ensimmäinen.']);
    watch.relayDown = false;
  }, seconds(180));

  suite.test('no request left the origin and the console stayed free of errors', () => {
    check(watch.requests > 0, 'nothing was watched');
    equal(watch.foreign.join('\n'), '');
    equal(watch.errors.join('\n'), '');
  });

  return suite;
}
