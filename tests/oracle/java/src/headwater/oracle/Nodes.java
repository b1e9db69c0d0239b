package headwater.oracle;

import java.util.HashMap;
import java.util.Map;

/** The results of a topology's operations by id. */
final class Nodes {
    private final Map<String, Node> byId = new HashMap<>();

    void put(String id, Node node) {
        if (byId.put(id, node) != null) {
            throw new SpecException("two results have the id " + id);
        }
    }

    Node get(String id) {
        Node node = byId.get(id);
        if (node == null) {
            throw new SpecException("nothing has the id " + id);
        }
        return node;
    }

    <N extends Node> N get(String id, Class<N> kind) {
        Node node = get(id);
        if (!kind.isInstance(node)) {
            throw new SpecException(
                id + " is a " + node.getClass().getSimpleName() + ", not a " + kind.getSimpleName());
        }
        return kind.cast(node);
    }
}
