// What a change of the schema does to operations. Pure: schemas and operations come from whoever calls.
import {
  Kind, NoDeprecatedCustomRule, TypeInfo, getVariableValues, isCompositeType, isListType, isNonNullType, parse,
  validate, visit, visitWithTypeInfo,
  type DocumentNode, type FragmentDefinitionNode, type GraphQLOutputType, type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

// A file with operations or fragments.
export interface OperationFile {
  path: string;
  text: string;
  // Variables that its operations are sent with.
  variables?: Record<string, unknown>;
}

// An operation with the fragments that it reaches.
export interface Operation {
  name: string;
  path: string;
  document: DocumentNode;
  variables: Record<string, unknown> | undefined;
}

// The operations of some files, which share their fragments.
export function operationsOf(files: OperationFile[]): Operation[] {
  const parsed = files.map((file) => ({ file, definitions: parse(file.text).definitions }));
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of parsed.flatMap(({ definitions }) => definitions)) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return parsed.flatMap(({ file, definitions }) =>
    definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION).map((operation) => ({
      name: operation.name?.value ?? 'an operation without a name',
      path: file.path,
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...reached(operation, fragments)] },
      variables: file.variables,
    })),
  );
}

function reached(
  operation: OperationDefinitionNode,
  fragments: Map<string, FragmentDefinitionNode>,
): Set<FragmentDefinitionNode> {
  const found = new Set<FragmentDefinitionNode>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(fragment)) return;
        found.add(fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  return found;
}

// Why an operation that worked with `before` doesn't with `now`; empty: it does, or it didn't work before either.
export function broken({ document, variables }: Operation, before: GraphQLSchema, now: GraphQLSchema): string[] {
  if (refusals(document, variables, before).length > 0) return [];
  const refused = refusals(document, variables, now);
  if (refused.length > 0) return refused;
  const told = answers(document, now);
  return [...answers(document, before)].flatMap(([path, was]) => {
    const is = told.get(path);
    return is && !fits(is, was) ? [`${path} was ${was} and is ${is}.`] : [];
  });
}

// What an operation uses that is deprecated.
export function deprecated({ document }: Operation, schema: GraphQLSchema): string[] {
  return validate(schema, document, [NoDeprecatedCustomRule]).map(({ message }) => message);
}

function refusals(document: DocumentNode, sent: Operation['variables'], schema: GraphQLSchema): string[] {
  const messages = validate(schema, document).map(({ message }) => message);
  const [operation] = document.definitions;
  if (messages.length > 0 || !sent || operation?.kind !== Kind.OPERATION_DEFINITION) return messages;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], sent);
  return errors?.map(({ message }) => message) ?? [];
}

// The type of everything that is asked for, by its path in the document.
function answers(document: DocumentNode, schema: GraphQLSchema): Map<string, GraphQLOutputType> {
  const found = new Map<string, GraphQLOutputType>();
  const types = new TypeInfo(schema);
  const path: string[] = [];
  const leave = () => void path.pop();
  const visitor = {
    FragmentDefinition: { enter: ({ name }: FragmentDefinitionNode) => void path.push(`...${name.value}`), leave },
    InlineFragment: { enter: () => void path.push(`... on ${types.getType()}`), leave },
    Field: {
      enter: ({ alias, name }: { alias?: { value: string } | undefined; name: { value: string } }) => {
        path.push((alias ?? name).value);
        const type = types.getType();
        if (type) found.set(path.join('.'), type as GraphQLOutputType);
      },
      leave,
    },
  };
  visit(document, visitWithTypeInfo(types, visitor));
  return found;
}

// Whether a client that was made for answers of one type can read those of another.
function fits(is: GraphQLOutputType, was: GraphQLOutputType): boolean {
  if (isNonNullType(is)) return fits(is.ofType, isNonNullType(was) ? was.ofType : was);
  if (isNonNullType(was)) return false;
  if (isListType(is) && isListType(was)) return fits(is.ofType, was.ofType);
  // Which objects there are doesn't matter as long as the same can be asked of them.
  return String(is) === String(was) || (isCompositeType(is) && isCompositeType(was));
}
