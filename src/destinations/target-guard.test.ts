import { TargetGuard } from './target-guard';

const strict = new TargetGuard([]);
const codeOf = (guard: TargetGuard, url: string) => guard.checkUrl(url)?.code;

describe('TargetGuard.checkUrl', () => {
  it.each([
    // loopback in every spelling that URLs know
    'http://127.0.0.1/',
    'http://127.0.0.1:80/',
    'http://127.0.0.2/',
    'http://127.255.255.254/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://0177.0.0.0x1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[0000::0001]/',
    // IPv4 inside IPv6
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:0:7f00:1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[64:ff9b:1::a00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[2001:0:7f00:1::]/',
    // nothing, private, shared, link-local and cloud metadata
    'http://0.0.0.0/',
    'http://0/',
    'http://0.1.2.3/',
    'http://[::]/',
    'http://10.0.0.1/',
    'http://10.255.255.255/',
    'http://0xa.0.0.1/',
    'http://167772161/',
    'http://100.64.0.1/',
    'http://100.100.100.200/',
    'http://100.127.255.255/',
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.170.2/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://[fd00:ec2::254]/',
    'http://[fc00::1]/',
    'http://[fdff::1]/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[fec0::1]/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://192.168.255.255/',
    // reserved, documentation, benchmark, multicast, broadcast, not given out
    'http://192.0.0.8/',
    'http://192.0.2.1/',
    'http://192.88.99.1/',
    'http://198.18.0.1/',
    'http://198.19.255.255/',
    'http://198.51.100.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://239.255.255.255/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://[2001:db8::1]/',
    'http://[ff02::1]/',
    'http://[100::1]/',
    'http://[4000::1]/',
    'http://[5f00::1]/',
  ])('refuses the address of %s', (url) => {
    expect(codeOf(strict, url)).toBe('private-address');
  });

  it.each([
    ['ftp://example.com/', 'bad-scheme'],
    ['file:///etc/passwd', 'bad-scheme'],
    ['gopher://127.0.0.1:70/', 'bad-scheme'],
    ['javascript:alert(1)', 'bad-scheme'],
    ['data:text/plain,x', 'bad-scheme'],
    ['//example.com/', 'bad-url'],
    ['example.com', 'bad-url'],
    ['', 'bad-url'],
    ['http://', 'bad-url'],
    ['http://256.1.1.1/', 'bad-url'],
    ['http://user:pass@example.com/', 'credentials-in-url'],
    ['http://example.com@127.0.0.1/', 'credentials-in-url'],
    ['http://127.0.0.1:80@example.com/', 'credentials-in-url'],
    ['https://example.com:22/', 'port'],
    ['https://example.com:6379/', 'port'],
    ['http://8.8.8.8:8080/', 'port'],
    ['http://example.com:0/', 'port'],
  ])('refuses %s as %s', (url, code) => {
    expect(codeOf(strict, url)).toBe(code);
  });

  it.each([
    'https://example.com/hook',
    'http://example.com/hook',
    'https://example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'http://172.15.0.1/',
    'http://172.32.0.1/',
    'http://100.63.255.255/',
    'http://100.128.0.1/',
  ])('lets %s pass', (url) => {
    expect(strict.checkUrl(url)).toBeUndefined();
  });

  it.each([
    [['127.0.0.1:*'], 'http://127.0.0.1:9900/hook', undefined],
    [['127.0.0.1'], 'http://127.0.0.1:9900/hook', undefined],
    [['127.0.0.1:9900'], 'http://127.0.0.1:9900/hook', undefined],
    [['127.0.0.1:9900'], 'http://2130706433:9900/hook', undefined],
    [['127.0.0.1:9900'], 'http://127.0.0.1:9901/hook', 'private-address'],
    [['127.0.0.1:*'], 'http://127.0.0.2:9900/hook', 'private-address'],
    [['127.0.0.1:*'], 'http://[::1]:9900/hook', 'private-address'],
    [['[::1]:9900'], 'http://[::1]:9900/hook', undefined],
    [['10.1.0.0/16'], 'http://10.1.2.3:7000/hook', undefined],
    [['10.1.0.0/16'], 'http://10.2.2.3/hook', 'private-address'],
    [['10.1.0.0/16'], 'http://[::ffff:10.1.2.3]/hook', undefined],
    [['fd00::/8'], 'http://[fd00::5]/hook', undefined],
    [['crm.internal:8080'], 'http://crm.internal:8080/hook', undefined],
    [['CRM.internal.'], 'http://crm.internal:8080/hook', undefined],
    [['crm.internal:8080'], 'http://crm.internal:8081/hook', 'port'],
    [['crm.internal'], 'http://evil-crm.internal:81/hook', 'port'],
    [['crm.internal'], 'http://crm.internal.evil.com:81/hook', 'port'],
    [['127.0.0.1:*'], 'http://user@127.0.0.1:9900/', 'credentials-in-url'],
    [['127.0.0.1:*'], 'gopher://127.0.0.1:9900/', 'bad-scheme'],
  ])('with %j allowed, answers %s with %s', (allowed, url, code) => {
    expect(codeOf(new TargetGuard(allowed), url)).toBe(code);
  });
});

describe('TargetGuard.checkResolved', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254', 'fe80::1%eth0', 'nonsense'])(
    'refuses a public name that resolves to %s',
    (address) => {
      expect(strict.checkResolved('127.0.0.1.nip.io', 443, address)?.code).toBe('private-address');
    },
  );

  it('lets a name that the deployment allows resolve to a private address', () => {
    const guard = new TargetGuard(['crm.internal']);
    expect(guard.checkResolved('crm.internal', 8080, '10.0.0.7')).toBeUndefined();
    expect(guard.checkResolved('other.internal', 443, '10.0.0.7')?.code).toBe('private-address');
  });

  it('lets any name resolve into an allowed network, and keeps the ports elsewhere', () => {
    const guard = new TargetGuard(['10.0.0.0/24']);
    expect(guard.checkUrl('http://crm.internal:7000/')).toBeUndefined();
    expect(guard.checkResolved('crm.internal', 7000, '10.0.0.7')).toBeUndefined();
    expect(guard.checkResolved('example.com', 7000, '8.8.8.8')?.code).toBe('port');
  });
});
