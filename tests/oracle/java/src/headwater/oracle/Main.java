package headwater.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Records specs: {@code record <specs> <out>}. */
public final class Main {
    private Main() {
    }

    /** Records every spec and says on standard error which ones it could not, with exit code 1 if there are any. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3 || !arguments[0].equals("record")) {
            System.err.println("usage: record <folder or file of specs> <folder of goldens>");
            System.exit(2);
        }
        Path out = Files.createDirectories(Path.of(arguments[2]));
        List<Path> specs = CaseFile.list(Path.of(arguments[1]));
        Path state = Files.createTempDirectory("headwater-oracle-");
        int broken = 0;
        try {
            Recorder recorder = new Recorder(state);
            for (Path spec : specs) {
                try {
                    CaseFile.write(recorder.record(CaseFile.read(spec)), out);
                } catch (SpecException error) {
                    System.err.println(spec.getFileName() + ": " + error.getMessage());
                    broken++;
                }
            }
        } finally {
            delete(state);
        }
        System.exit(broken == 0 ? 0 : 1);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
