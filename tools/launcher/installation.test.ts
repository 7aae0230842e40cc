import { describe, expect, test } from 'vitest';
import { explainFailure, isInstalled, isNewEnough } from './installation.mjs';

test('Node 24 is new enough, an older one is not', () => {
  expect(['v24.0.0', 'v25.1.2', 'v100.0.0'].map(isNewEnough)).toEqual([true, true, true]);
  expect(['v18.20.0', 'v20.11.1', 'v23.11.0'].map(isNewEnough)).toEqual([false, false, false]);
});

describe('whether the packages of the lock file are installed', () => {
  const wanted = {
    packages: {
      '': {},
      'apps/cli': { version: '0.1.0' },
      'node_modules/@bothy/cli': { resolved: 'apps/cli', link: true },
      'node_modules/ws': { version: '8.23.0' },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  };
  const installed = {
    packages: {
      'node_modules/@bothy/cli': { resolved: 'apps/cli', link: true },
      'node_modules/ws': { version: '8.23.0' },
    },
  };

  test('optional ones may be missing, and further ones be there', () => {
    expect(isInstalled(wanted, installed)).toBe(true);
    const more = { packages: { ...installed.packages, 'node_modules/by-hand': { version: '1.0.0' } } };
    expect(isInstalled(wanted, more)).toBe(true);
  });

  test('nothing installed, or an install that was broken off', () => {
    expect(isInstalled(wanted, undefined)).toBe(false);
  });

  test('another version, or a package that is new', () => {
    const older = { packages: { ...installed.packages, 'node_modules/ws': { version: '8.22.0' } } };
    expect(isInstalled(wanted, older)).toBe(false);
    const withNew = { packages: { ...wanted.packages, 'node_modules/new': { version: '1.0.0' } } };
    expect(isInstalled(withNew, installed)).toBe(false);
  });
});

describe('a failed install in one sentence', () => {
  test.each([
    ['npm error code ENOTFOUND', /network/],
    ['npm error code EAI_AGAIN\nnpm error errno EAI_AGAIN', /network/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code EACCES', /cannot be written/],
    ['npm error code EINTEGRITY', /cache clean/],
  ])('%s', (output, advice) => {
    expect(explainFailure('packages', output)).toMatch(advice);
  });

  test('of an unknown cause keeps what npm said last', () => {
    const output =
      'npm error code EODD\nnpm error something odd\nnpm error A complete log of this run is in: x\n';
    expect(explainFailure('packages', output)).toContain('(something odd)');
  });
});
