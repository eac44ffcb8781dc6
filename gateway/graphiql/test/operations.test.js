// Holds the operations that the page opens with against the schema: the gateway's own, or the file that the environment
// variable SCHEMA names.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Kind, buildSchema, getVariableValues, parse, validate } from 'graphql';

const folder = new URL('../operations/', import.meta.url);
const schemaFile = process.env.SCHEMA ?? fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
const schema = buildSchema(readFileSync(schemaFile, 'utf8'));

const names = readdirSync(folder);
const operationFiles = names.filter((name) => name.endsWith('.graphql'));
const variableFiles = names.filter((name) => name.endsWith('.json'));

const read = (name) => readFileSync(new URL(name, folder), 'utf8');
const messages = (errors) => errors.map((error) => error.message);

test('there are operations to open the page with', () => {
  assert.notEqual(operationFiles.length, 0);
});

test('every file of variables belongs to an operation', () => {
  for (const file of variableFiles) {
    assert.ok(operationFiles.includes(file.replace(/\.json$/, '.graphql')), file);
  }
});

for (const file of operationFiles) {
  const text = read(file);
  const document = parse(text);

  test(`${file} begins with a comment of one line`, () => {
    assert.match(text, /^# .+\n[^#]/);
  });

  test(`${file} is valid against the schema`, () => {
    assert.deepEqual(messages(validate(schema, document)), []);
  });

  test(`the variables of ${file} fit its operations, and each is used`, () => {
    const variablesFile = file.replace(/\.graphql$/, '.json');
    const variables = variableFiles.includes(variablesFile) ? JSON.parse(read(variablesFile)) : {};
    const unused = new Set(Object.keys(variables));
    for (const operation of document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
      const { errors = [] } = getVariableValues(schema, operation.variableDefinitions, variables);
      assert.deepEqual(messages(errors), []);
      operation.variableDefinitions.forEach((definition) => unused.delete(definition.variable.name.value));
    }
    assert.deepEqual([...unused], []);
  });
}
