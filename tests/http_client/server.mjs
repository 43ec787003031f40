// SPDX-License-Identifier: Apache-2.0
// What the HTTP client is tried against: a server that answers well and badly.
//   node server.mjs CERTIFICATE KEY
// It prints one line {"http":PORT,"https":PORT,"old":PORT} when it listens (old: TLS 1.1 at most)
// and ends when its stdin does.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import zlib from 'node:zlib';

const [certificate, key] = process.argv.slice(2).map((name) => fs.readFileSync(name));
const text = JSON.stringify({value: Array.from({length: 2000}, (_, i) => `record ${i}`)});
const bomb = zlib.gzipSync(Buffer.alloc(64 << 20), {level: 1});

let sockets = 0; // connections since /counts was asked last
let running = 0; // requests of /late
let mostRunning = 0;

function send(res, status, headers, body) {
  res.writeHead(status, {'Content-Length': Buffer.byteLength(body), ...headers});
  res.end(body);
}

function packed(res, encoding, body) {
  send(res, 200, {'Content-Encoding': encoding, 'Content-Type': 'application/json'}, body);
}

// As RFC 3986 has it, which encodeURIComponent does not go all the way to.
const encode = (s) =>
  encodeURIComponent(s).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');
const hmac = (k, data) => crypto.createHmac('sha256', k).update(data).digest();

// Signature Version 4, computed anew from what has arrived.
function signatureOf(req, body, secret) {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
    .exec(req.headers.authorization ?? '');
  if (!given)
    return {error: `no authorization: ${req.headers.authorization}`};
  const [, , day, region, service, names, signature] = given;
  const url = new URL(req.url, 'http://localhost');
  const query = [...url.searchParams].map(([n, v]) => [encode(n), encode(v)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map((pair) => pair.join('=')).join('&');
  const headers = names.split(';')
    .map((n) => `${n}:${(req.headers[n] ?? 'ABSENT').trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = [req.method, url.pathname, query, headers, names, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const wanted = ['AWS4-HMAC-SHA256', req.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  let k = hmac('AWS4' + secret, day);
  for (const part of [region, service, 'aws4_request'])
    k = hmac(k, part);
  return {ok: hmac(k, wanted).toString('hex') === signature, names, signature, canonical};
}

const routes = {
  '/ok': (req, res) => send(res, 200, {'X-Odd-Case': '  Some Value ', 'X-Empty': ''}, text),
  '/echo': (req, res, url, body) => send(res, 200, {'Content-Type': 'application/json'}, JSON.stringify(
    {method: req.method, url: req.url, headers: req.headers, size: body.length, sha256: sha256(body)})),
  '/status': (req, res, url) => send(res, Number(url.searchParams.get('code')), {}, 'no'),
  '/empty': (req, res) => res.writeHead(204).end(),
  '/cookie': (req, res) => send(res, 200, {'Set-Cookie': 'a=b; Path=/'}, 'set'),
  '/redirect': (req, res) => send(res, 302, {Location: '/ok'}, 'elsewhere'),
  '/early': (req, res) => res.writeEarlyHints({link: '</style.css>; rel=preload', 'x-early': '1'},
    () => send(res, 200, {'X-Late': '1'}, 'late')),
  '/gzip': (req, res) => packed(res, 'gzip', zlib.gzipSync(text)),
  '/deflate': (req, res) => packed(res, 'deflate', zlib.deflateSync(text)),
  '/raw-deflate': (req, res) => packed(res, 'deflate', zlib.deflateRawSync(text)),
  '/bad-gzip': (req, res) => packed(res, 'gzip', 'this is no gzip, whatever the header says'),
  '/broken-gzip': (req, res) => {
    const data = zlib.gzipSync(text);
    data.fill(0x55, data.length >> 1);
    packed(res, 'gzip', data);
  },
  '/short-gzip': (req, res) => packed(res, 'gzip', zlib.gzipSync(text).subarray(0, -20)),
  '/unbounded-gzip': (req) => req.socket.end(Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'),
    zlib.gzipSync(text).subarray(0, -20)])),
  '/brotli': (req, res) => packed(res, 'br', zlib.brotliCompressSync(text)),
  '/empty-gzip': (req, res) => packed(res, 'gzip', ''),
  '/bomb': (req, res) => packed(res, 'gzip', bomb),
  '/chunked': (req, res) => {
    res.writeHead(200, {Trailer: 'X-Trailer'});
    for (let at = 0; at < text.length; at += 1000)
      res.write(text.slice(at, at + 1000));
    res.addTrailers({'X-Trailer': '1'});
    res.end();
  },
  '/big': (req, res, url) => send(res, 200, {}, Buffer.alloc(Number(url.searchParams.get('size')), 'x')),
  '/big-chunked': (req, res, url) => {
    res.write(Buffer.alloc(Number(url.searchParams.get('size')), 'x'));
    res.end();
  },
  '/headers': (req, res, url) => {
    for (let i = Number(url.searchParams.get('n')); i > 0; i--)
      res.setHeader(`X-${i}`, 'x'.repeat(Number(url.searchParams.get('size'))));
    send(res, 200, {}, 'headers');
  },
  '/reset': (req, res) => {
    res.writeHead(200, {'Content-Length': text.length});
    res.write(text.slice(0, text.length >> 1), () => setTimeout(() => req.socket.resetAndDestroy(), 50));
  },
  '/truncated': (req, res) => {
    res.writeHead(200, {'Content-Length': text.length});
    res.write(text.slice(0, text.length >> 1), () => setTimeout(() => req.socket.end(), 50));
  },
  '/chunk-cut': (req, res) => {
    res.writeHead(200);
    res.write(text.slice(0, 1000), () => setTimeout(() => req.socket.end(), 50));
  },
  '/gzip-cut': (req, res) => {
    const data = zlib.gzipSync(text);
    res.writeHead(200, {'Content-Encoding': 'gzip', 'Content-Length': data.length});
    res.write(data.subarray(0, data.length >> 1), () => setTimeout(() => req.socket.end(), 50));
  },
  '/nothing': (req) => req.socket.destroy(),
  '/garbage': (req) => req.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  '/silent': () => {},
  '/drip': (req, res) => {
    res.writeHead(200);
    const timer = setInterval(() => res.write('x'), 200);
    req.socket.on('close', () => clearInterval(timer));
  },
  '/late': (req, res, url) => {
    mostRunning = Math.max(mostRunning, ++running);
    setTimeout(() => {
      running--;
      send(res, 200, {}, url.searchParams.get('name') ?? 'late');
    }, Number(url.searchParams.get('ms')));
  },
  '/counts': (req, res) => {
    send(res, 200, {}, `connections ${sockets} at-once ${mostRunning}`);
    sockets = mostRunning = 0;
  },
  '/signed': (req, res, url, body) => {
    const said = signatureOf(req, body, 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
    send(res, said.ok ? 200 : 403, {}, JSON.stringify(said));
  },
};

function answer(req, res) {
  const url = new URL(req.url, 'http://localhost');
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('error', () => {});
  req.on('end', () => {
    const route = url.host === 'localhost' ? routes[url.pathname] : routes['/echo']; // of a proxy
    // The service of the published test vectors lives at "/".
    if (route)
      route(req, res, url, Buffer.concat(parts));
    else if (url.pathname === '/')
      routes['/signed'](req, res, url, Buffer.concat(parts));
    else
      send(res, 404, {}, 'no such thing');
  });
}

function listen(server) {
  server.on('connection', (socket) => {
    sockets++;
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)));
}

const tls = {cert: certificate, key};
const ports = {
  http: await listen(http.createServer({maxHeaderSize: 1 << 20}, answer)),
  https: await listen(https.createServer(tls, answer)),
  old: await listen(https.createServer(
    {...tls, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0'}, answer)),
};
console.log(JSON.stringify(ports));
process.stdin.on('end', () => process.exit(0)).resume();
