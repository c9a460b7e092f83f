import { chromium } from '@playwright/test';
import { spawn } from 'child_process';
import fs from 'fs';
const [,, deck, out, ...only] = process.argv;
const d = fs.mkdtempSync('/tmp/f/data');
const bin = process.env.BIN || '/work/main/target/tested/webslides';
fs.copyFileSync(bin, d + '/ws'); fs.copyFileSync('/work/main/target/tested/hash.txt', d + '/hash.txt');
const s = spawn(d + '/ws', ['--listen','127.0.0.1:0','--no-browser','--data',d+'/data','--links',d+'/links.json', ...(process.env.ARGS||'').split(' ').filter(Boolean), deck], {env:{...process.env, LEPTOS_SITE_ROOT:'/work/main/target/site'}, stdio:'ignore'});
try {
while(!fs.existsSync(d+'/links.json')) await new Promise(r=>setTimeout(r,100));
const t = JSON.parse(fs.readFileSync(d+'/links.json')).talks[0];
const port = new URL(t.presenter).port; const fix = u => u.replace(/\/\/[^/]+/, '//127.0.0.1:'+port);
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--no-sandbox']});
const errs=[];
const open = async (url, vp, opts={}) => { const c = await b.newContext({viewport:vp, ...opts}); const p = await c.newPage(); p.on('console', m=>m.type()=='error'&&errs.push(m.text())); p.on('pageerror', e=>errs.push(String(e))); await p.goto(fix(url)); return p; };
const hyd = p => p.waitForSelector('main[data-hydrated]');
const mod = await import(process.env.SCRIPT);
await mod.default({open, hyd, t, fix, out, b, only});
console.log('errors', errs); await b.close();
} finally { s.kill(); }
