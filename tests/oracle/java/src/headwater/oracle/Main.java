package headwater.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Records specs: {@code record <specs> <out>}; or random ones: {@code generate <seed> <count> <out>}. */
public final class Main {
    private Main() {
    }

    /**
     * Prints a dot for each case, and on standard error which specs do not follow the format; then the exit code is 1.
     */
    public static void main(String[] arguments) throws IOException {
        boolean record = arguments.length == 3 && arguments[0].equals("record");
        boolean generate = arguments.length == 4 && arguments[0].equals("generate");
        if (!record && !generate) {
            System.err.println("usage: record <folder or file of specs> <out>\n       generate <seed> <count> <out>");
            System.exit(2);
        }
        Path out = Files.createDirectories(Path.of(arguments[arguments.length - 1]));
        Path state = Files.createTempDirectory("stores-");
        boolean whole;
        try {
            Recorder recorder = new Recorder(state);
            whole = record
                ? recordAll(recorder, Path.of(arguments[1]), out)
                : generateAll(recorder, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), out);
        } finally {
            delete(state);
        }
        System.exit(whole ? 0 : 1);
    }

    private static boolean recordAll(Recorder recorder, Path specs, Path out) throws IOException {
        boolean whole = true;
        for (Path spec : CaseFile.list(specs)) {
            try {
                CaseFile.write(recorder.record(CaseFile.read(spec)), out);
            } catch (SpecException error) {
                System.err.println(spec.getFileName() + ": " + error.getMessage());
                whole = false;
            }
            progress();
        }
        return whole;
    }

    private static boolean generateAll(Recorder recorder, int seed, int count, Path out) throws IOException {
        int recorded = 0;
        for (int number = 1; recorded < count; number++) {
            ObjectNode golden = recorder.record(RandomSpec.of(seed, number));
            // Most errors are of the generator's making, and a case that stops early tells little.
            if (!golden.get("expected").has("error")) {
                CaseFile.write(golden, out);
                recorded++;
                progress();
            }
        }
        return true;
    }

    private static void progress() {
        System.out.print('.');
        System.out.flush();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
