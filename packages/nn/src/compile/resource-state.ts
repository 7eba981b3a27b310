import { booleanAttribute, type NativeBackend, typeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import type { ResourceVariables } from "../optimizer/optimizer.ts"
import type { FlatParameters } from "../parameters.ts"
import type { EagerState } from "./eager-state.ts"
import { type UpdateOptions, updateResources } from "./resource-update.ts"

/** Variables made by this process. libtensorflow knows a variable by its name, so that two of one name would be one. */
let created = 0

/** A state of libtensorflow's resource variables, updated in place by fused operations. Takes `initial` over. */
export function resourceState(native: NativeBackend, initial: FlatParameters, options: UpdateOptions): EagerState {
  const names = Object.keys(initial)
  const { TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = native.binding
  const float = (name: string) => ({ name, type: TF_ATTR_TYPE, value: TF_FLOAT })
  const handles = new Map(
    names.map((name) => {
      const attributes = [
        { name: "container", type: TF_ATTR_STRING, value: "" },
        { name: "shared_name", type: TF_ATTR_STRING, value: `scalewise/${created++}/${name}` },
        float("dtype"),
        { name: "shape", type: TF_ATTR_SHAPE, value: initial[name]!.shape },
      ]
      return [name, tf.keep(native.executeSingleOutput("VarHandleOp", attributes, []))] as const
    }),
  )
  const variables: ResourceVariables = {
    read: (name) => native.executeSingleOutput("ReadVariableOp", [float("dtype")], [handles.get(name)!]),
    apply(operation, targets, inputs, flags = {}) {
      const attributes = [
        typeAttribute(native, operation.startsWith("Assign") ? "dtype" : "T"),
        ...Object.entries(flags).map(([name, value]) => booleanAttribute(native, name, value)),
      ]
      native.executeMultipleOutputs(operation, attributes, [...targets.map((name) => handles.get(name)!), ...inputs], 0)
    },
    names: (group) => names.filter((name) => name.startsWith(`${group}.`)).map((name) => name.slice(group.length + 1)),
  }
  const parameterNames = variables.names("parameters")
  const assign = (values: FlatParameters): void => {
    for (const name of names) {
      // A variable that took the tensor's own memory would later update what others still read.
      const copy = native.executeSingleOutput("DeepCopy", [float("T")], [values[name]!])
      variables.apply("AssignVariableOp", [name], [copy])
      copy.dispose()
    }
  }
  assign(initial)
  tf.dispose(Object.values(initial))
  return {
    parameters: () => Object.fromEntries(parameterNames.map((name) => [name, variables.read(`parameters.${name}`)])),
    update: (gradients, scalars, isLast) => updateResources(variables, gradients, scalars, parameterNames, isLast, options),
    values: () => Object.fromEntries(names.map((name) => [name, variables.read(name)])),
    assign,
    dispose() {
      for (const handle of handles.values()) {
        native.executeMultipleOutputs("DestroyResourceOp", [booleanAttribute(native, "ignore_lookup_error", true)], [handle], 0)
        handle.dispose()
      }
      handles.clear()
    },
  }
}
