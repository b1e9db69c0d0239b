package headwater.oracle;

import java.util.HexFormat;

import org.apache.kafka.common.utils.Bytes;

/** Bytes as the cases write them. */
final class Hex {
    private Hex() {
    }

    static String of(byte[] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }

    static String of(Bytes bytes) {
        return bytes == null ? null : of(bytes.get());
    }

    static byte[] parse(String hex) {
        return hex == null ? null : HexFormat.of().parseHex(hex);
    }
}
