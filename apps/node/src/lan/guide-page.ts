/** The page that leads through installing the authority. It works without scripts and before anything is trusted. */

export interface GuidePageContent {
  /** SHA-256 of the authority's certificate, `AB:CD:…`. */
  readonly fingerprint: string;
  /** Where the web app is once the authority is installed. */
  readonly web: string;
}

interface Platform {
  readonly name: string;
  /** May hold markup. */
  readonly steps: readonly string[];
}

const platforms: readonly Platform[] = [
  {
    name: 'Android',
    steps: [
      'Download the certificate with the button above.',
      'Open Settings and search for <b>CA certificate</b> (Security → More security settings → Install from storage).',
      'Choose <b>Install anyway</b>, then the file <b>bothy-authority.crt</b>.',
    ],
  },
  {
    name: 'iPhone and iPad',
    steps: [
      'Open this page in Safari, press the button above and choose <b>Allow</b>.',
      'Settings → <b>Profile Downloaded</b> → Install.',
      'Settings → General → About → <b>Certificate Trust Settings</b>: switch the Bothy authority on.',
    ],
  },
  {
    name: 'Windows',
    steps: [
      'Open the downloaded file and choose <b>Install Certificate</b> → Current User.',
      'Choose <b>Place all certificates in the following store</b> → Trusted Root Certification Authorities.',
      'Confirm, then start the browser again.',
    ],
  },
  {
    name: 'macOS',
    steps: [
      'Open the downloaded file; Keychain Access adds it to <b>login</b>.',
      'Double-click the Bothy authority there, open <b>Trust</b>, choose <b>Always Trust</b> for SSL.',
    ],
  },
  {
    name: 'Linux, and Firefox everywhere',
    steps: [
      'Firefox: Settings → search <b>certificates</b> → View Certificates → Authorities → Import; tick <b>identify websites</b>.',
      'Chromium: Settings → Privacy and security → Security → Manage certificates → Custom → Import.',
    ],
  },
];

export function guidePage({ fingerprint, web }: GuidePageContent): string {
  const guides = platforms.map(
    ({ name, steps }) =>
      `<details><summary>${name}</summary><ol>${steps.map((step) => `<li>${step}</li>`).join('')}</ol></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Trust this Bothy</title>
<link rel="stylesheet" href="/trust.css">
</head>
<body>
<main>
<h1>Trust this Bothy</h1>
<p>Browsers keep keys only for pages they trust. Install this node’s certificate once on this device; it is good
for addresses of your own network only, never for sites on the internet.</p>
<h2>1. Download</h2>
<p><a class="button" href="/bothy-authority.crt" download>Download the certificate</a></p>
<h2>2. Compare</h2>
<p>Your device shows this fingerprint (SHA-256) when it asks. It must be the one in the node’s terminal.</p>
<p class="fingerprint"><code>${escapeHtml(fingerprint.replaceAll(':', ' '))}</code></p>
<h2>3. Install</h2>
${guides.join('\n')}
<h2>4. Come in</h2>
<p><a class="button" href="${escapeHtml(web)}">Open Bothy</a></p>
<p class="small">Remove it in the same settings when you no longer use this node.</p>
</main>
</body>
</html>
`;
}

/** The colours are the web app's; its style sheet is not there before the authority is trusted. */
export const guideStyle = `:root{--paper:#faf9f6;--stone:#e7e3da;--ink:#1f2421;--slate:#55646c;--moss:#3f6b4f;--on-moss:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--stone:#1e2429;--ink:#c8d0d2;--slate:#98a5ab;--moss:#7fb38e;--on-moss:#14171a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 Inter,system-ui,sans-serif}
main{max-width:36rem;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.6rem;margin:8px 0 16px}
h2{font-size:1.05rem;margin:32px 0 8px}
p{margin:8px 0}
a{color:var(--moss)}
.button{display:inline-block;padding:12px 24px;border-radius:8px;background:var(--moss);color:var(--on-moss);font-weight:600;text-decoration:none}
.button:focus-visible,summary:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
details{border-radius:8px;background:var(--stone);margin:8px 0}
summary{padding:12px 16px;font-weight:600;cursor:pointer}
ol{margin:0;padding:0 16px 16px 36px}
li{margin:8px 0}
.fingerprint{padding:12px 16px;border-radius:8px;background:var(--stone);font-size:.9rem;word-spacing:.15em}
.small{color:var(--slate);font-size:.9rem}
`;

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
