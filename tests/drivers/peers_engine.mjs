// SPDX-License-Identifier: Apache-2.0
// peers_engine: answers a form in ODK's JavaScript engine and compares its record with ours.
//
//   node peers_engine.mjs MODULES FORM.xml CASES.csv|- STEPS.jsonl OURS.xml
//
// MODULES is the folder with node_modules.  Fields that differ by nature (times, random ids) are
// left out; "5" and "5.0" are the same number, and several answers are a set.  Prints what differs,
// and ends with exit status 1 if anything does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [modules, formFile, casesFile, stepsFile, oursFile] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'here.js'));
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<html></html>');
const engineFile = path.join(modules, 'node_modules/@getodk/xforms-engine/dist/index.js');
// The engine is written for a browser, and its parser's loader for CommonJS.
for (const name of ['document', 'DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'Attr',
    'Text', 'XPathResult', 'XMLDocument', 'NodeFilter', 'CDATASection', 'Comment',
    'ProcessingInstruction', 'File', 'Blob', 'FormData']) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
Object.assign(globalThis, { window, __dirname: path.dirname(engineFile), require });
const engine = await import(pathToFileURL(engineFile).href);

const list = casesFile === '-' ? 'name,label\n' : readFileSync(casesFile, 'utf8');
const loaded = await engine.loadForm(readFileSync(formFile, 'utf8'), {
    fetchFormAttachment: async () =>
        new Response(list, { status: 200, headers: { 'content-type': 'text/csv' } }),
    missingResourceBehavior: 'blank',
});
const faults = [];
if (loaded.status !== 'success') {
    faults.push(`${loaded.status}: ${loaded.error?.message ?? JSON.stringify(loaded.warnings)}`);
}
if (loaded.status === 'failure') {
    console.log(faults.join('\n'));
    process.exit(1);
}
const { root } = loaded.createInstance();
for (const language of [...root.languages, root.languages[0]]) {
    root.setLanguage(language);
}

function find(node, reference) {
    if (node.currentState.reference === reference) {
        return node;
    }
    for (const child of node.currentState.children ?? []) {
        const found = find(child, reference);
        if (found) {
            return found;
        }
    }
    return null;
}

function answer(node, value) {
    const words = value.split(' ').filter(Boolean);
    if (node.nodeType === 'select') {
        return node.selectType === 'select' ? node.selectValues(words) : node.selectValue(value);
    }
    if (node.nodeType === 'rank') {
        return node.setValues(words);
    }
    return node.setValue(node.nodeType === 'trigger' ? value === 'OK' : value);
}

for (const line of readFileSync(stepsFile, 'utf8').split('\n')) {
    const step = line.startsWith('{') ? JSON.parse(line) : {};
    if (step.add) {
        find(root, `/data/${step.add}`).addInstances();
    } else if (step.remove) {
        const [, repeat, at] = step.remove.match(/^(.*)\[(\d+)\]$/);
        find(root, `/data/${repeat}`).removeInstances(Number(at) - 1, 1);
    } else if (step.answer) {
        const node = find(root, `/data/${step.answer}`);
        if (node?.currentState.relevant) {
            answer(node, step.value);
        } else {
            faults.push(`${step.answer}: not asked`);
        }
    }
}

function leaves(xml) {
    const out = new Map();
    const walk = (element, at) => {
        const seen = {};
        if (!element.children.length) {
            out.set(at, element.textContent);
        }
        for (const child of element.children) {
            seen[child.localName] = (seen[child.localName] ?? 0) + 1;
            walk(child, `${at}/${child.localName}[${seen[child.localName]}]`);
        }
    };
    walk(new window.DOMParser().parseFromString(xml, 'text/xml').documentElement, '');
    return out;
}

// What the engine does not do yet (0.22): actions of a repeat's first entry, and an action that a
// change inside a repeat sets off outside of it.  A group's labels depend on them.
const notYet = /^\/people\[1\](\/part\[\d+\])?\/p_(top|no|lab)\[|\/q_who\[/;
const byNature = /\/(start|end|today|deviceid|meta|new_id|dur_min|\w*_time|\w*_at)\[/;
function plain(value) {
    const words = (value ?? '').split(' ').filter(Boolean);
    return words.map((word) => (/^-?\d+(\.\d+)?$/.test(word) ? String(Number(word)) : word))
        .sort().join(' ');
}

const ours = leaves(readFileSync(oursFile, 'utf8'));
const theirs = leaves(root.instanceState.instanceXML);
let same = 0;
for (const at of new Set([...ours.keys(), ...theirs.keys()])) {
    if (byNature.test(at) || notYet.test(at)) {
        continue;
    }
    if (plain(ours.get(at)) === plain(theirs.get(at))) {
        same++;
    } else {
        faults.push(`${at}: ours '${ours.get(at)}', theirs '${theirs.get(at)}'`);
    }
}
console.log(`${path.basename(stepsFile)}: ${same} fields the same, ${faults.length} faults`);
if (faults.length) {
    console.log(faults.slice(0, 20).join('\n'));
}
process.exit(faults.length ? 1 : 0);
