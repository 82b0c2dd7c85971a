package dev.adit.cli.boot;

import dev.adit.cli.serve.DsaOptions;
import dev.adit.devices.dsa.DsaType;
import dev.adit.devices.dsa.lend.DsaModel;
import dev.adit.host.control.HostConfig.FunctionConfig;
import dev.adit.platform.Ims;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Several guests on one function: the options of {@code adit boot --guests}. */
final class GroupOptions {
  private static final String FUNCTION = "dsa0";

  /** Reads a type such as 1dwq. */
  static final class Type implements ITypeConverter<DsaType> {
    @Override
    public DsaType convert(String text) {
      return DsaType.parse(text)
          .orElseThrow(() -> new TypeConversionException("a type is such as 1dwq or 1swq"));
    }
  }

  @Option(
      names = "--guests",
      paramLabel = "N",
      description = {
        "Boot so many guests at once, each with a virtual device cut from one function,",
        "instead of one guest with the whole function. With it, --ims takes auto, on or off:",
        "whether completions go over the function's interrupt message store."
      })
  private @Nullable Integer guests;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "1dwq",
      converter = Type.class,
      description = {
        "With --guests: Ndwq, N work queues for each guest alone, or Nswq, a part of each of",
        "N queues that all share (default: ${DEFAULT-VALUE})."
      })
  private DsaType type;

  @Option(
      names = "--revoke",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "With --guests: take every device's interrupt handles back so often while its guest",
        "works (default: never)."
      })
  private int revocations;

  /** {@return how many guests, if there are to be several} */
  Optional<Integer> guests() {
    return Optional.ofNullable(guests);
  }

  DsaType type() {
    return type;
  }

  int revocations() {
    return revocations;
  }

  /** {@return the function that is cut into devices} */
  FunctionConfig function(DsaOptions dsa, Ims ims) {
    return new FunctionConfig(
        FUNCTION, ims, DsaModel.even(dsa.physical(), type.shared() ? type.queues() : 0));
  }
}
