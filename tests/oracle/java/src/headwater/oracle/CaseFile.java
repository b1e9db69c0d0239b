package headwater.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Cases as files: one line for each operation, input, step, topic and store, so that changes read well. */
final class CaseFile {
    private static final ObjectMapper JSON =
        new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
    /** How far below the whole file objects and arrays are broken into lines. */
    private static final int CASE_DEPTH = 1;
    private static final int EXPECTED_DEPTH = 2;

    private CaseFile() {
    }

    /** The specs of a folder, or the one spec of a file, by name. */
    static List<Path> list(Path folderOrFile) throws IOException {
        if (Files.isRegularFile(folderOrFile)) {
            return List.of(folderOrFile);
        }
        try (Stream<Path> files = Files.list(folderOrFile)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    static ObjectNode read(Path file) throws IOException {
        JsonNode json;
        try {
            json = JSON.readTree(file.toFile());
        } catch (JsonProcessingException error) {
            throw new SpecException("no JSON: " + error.getOriginalMessage());
        }
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new SpecException("a case is a JSON object");
    }

    static void write(ObjectNode golden, Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        append(text, golden, 0, CASE_DEPTH);
        Files.writeString(folder.resolve(golden.get("name").textValue() + ".json"), text.append('\n'));
    }

    private static void append(StringBuilder text, JsonNode json, int indent, int depth)
        throws JsonProcessingException {
        List<String> lines = new ArrayList<>();
        String inner = "  ".repeat(indent + 1);
        if (json.isObject()) {
            for (Map.Entry<String, JsonNode> field : json.properties()) {
                lines.add(inner + JSON.writeValueAsString(field.getKey()) + ": " + value(field, indent, depth));
            }
        } else {
            for (JsonNode element : json) {
                lines.add(inner + JSON.writeValueAsString(element));
            }
        }
        String[] brackets = json.isObject() ? new String[] {"{", "}"} : new String[] {"[", "]"};
        text.append(brackets[0]).append('\n').append(String.join(",\n", lines));
        text.append(lines.isEmpty() ? "" : "\n").append("  ".repeat(indent)).append(brackets[1]);
    }

    private static String value(Map.Entry<String, JsonNode> field, int indent, int depth)
        throws JsonProcessingException {
        boolean broken = depth > 0 && !field.getValue().equals(JSON.createArrayNode()) && switch (field.getKey()) {
            case "topology", "inputs", "expected", "internal_topics", "steps", "stores", "unordered" -> true;
            default -> false;
        };
        if (!broken) {
            return JSON.writeValueAsString(field.getValue());
        }
        StringBuilder text = new StringBuilder();
        append(text, field.getValue(), indent + 1, field.getKey().equals("expected") ? EXPECTED_DEPTH : 0);
        return text.toString();
    }
}
