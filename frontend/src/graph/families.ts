/** Types of operations by what they do: few enough for a colour each, and alike in a model and in what runs of it. */

export const FAMILIES = [
  "Convolution",
  "Matrix multiplication, attention, recurrence",
  "Element by element",
  "Pooling, reduction, normalisation",
  "Conversion, quantisation",
  "Moving and shaping data",
  "Input, output",
] as const;

const [CONVOLUTION, MATRIX, ELEMENTWISE, REDUCTION, CONVERSION, MOVING, PORT] = [0, 1, 2, 3, 4, 5, 6];

// The first that fits decides.
const RULES: readonly (readonly [RegExp, number])[] = [
  [/^(parameter|result|input|output|const|constant|memoryinput|memoryoutput|readvalue|assign)$/i, PORT],
  [/convolution|^conv(\dd)?$/i, CONVOLUTION],
  [
    /matmul|fullyconnected|gemm|attention|lstm|gru|rnn|einsum|innerproduct|^rope$|embeddingbag|^llmmlp|qkvproj/i,
    MATRIX,
  ],
  [/^(convert|convertlike|reorder|fakequantize|fakeconvert|quantizelinear|dequantizelinear)$/i, CONVERSION],
  [
    /pool|^reduce|^mvn|normalize|norm$|^lrn|softmax|^topk|^nonmax|^cumsum|batchnorm|^detectionoutput|^argm/i,
    REDUCTION,
  ],
  [
    /reshape|transpose|concat|split|slice|gather|scatter|squeeze|pad$|tile|broadcast|shape|permute|interpolate|crop|select$|reverse|depthtospace|spacetodepth|spacetobatch|batchtospace|shufflechannels|range|onehot|nonzero|roll|^memory|^eye$/i,
    MOVING,
  ],
  [
    /^(eltwise|subgraph|math|add|subtract|multiply|divide|power|sqrt|exp|log|abs|negative|floor|ceiling|round|clamp|mod|floormod|maximum|minimum|equal|notequal|greater|greaterequal|less|lessequal|erf|sign|sin|cos|tan|sinh|cosh|asin|acos|atan|swish|gelu|elu|selu|mish|sigmoid|tanh|prelu|softplus|softsign|squareddifference)$|relu|logical|sigmoid|swish/i,
    ELEMENTWISE,
  ],
];

const known = new Map<string, number>();

/** The place in FAMILIES, or -1 for what belongs to none. */
export function family(type: string): number {
  let found = known.get(type);
  if (found === undefined) {
    found = RULES.find(([rule]) => rule.test(type))?.[1] ?? -1;
    // Types come from users' files: as many of them as there are nodes.
    if (known.size < 500) known.set(type, found);
  }
  return found;
}
