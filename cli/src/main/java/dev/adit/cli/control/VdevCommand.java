package dev.adit.cli.control;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code adit vdev}: virtual devices of a running server, with the verbs of mdevctl. */
@Command(
    name = "vdev",
    mixinStandardHelpOptions = true,
    description = {
      "Make, change and watch the virtual devices of a running 'adit serve CONFIG'.",
      "A device is defined while its definition is kept, and active while it is served;",
      "neither needs the other."
    },
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      VdevViews.Types.class,
      VdevDefinitions.Define.class,
      VdevDefinitions.Undefine.class,
      VdevDefinitions.Modify.class,
      VdevActions.Start.class,
      VdevActions.Stop.class,
      VdevViews.ListDevices.class,
      VdevViews.Show.class,
      VdevActions.Reset.class,
      VdevActions.Suspend.class,
      VdevActions.Resume.class,
      VdevActions.Revoke.class,
      VdevViews.Events.class
    },
    footer = {
      "",
      "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  adit vdev define --type 1dwq --name fast --auto --set socket-group=kvm",
      "  adit vdev start fast",
      "  adit vdev show fast --json > fast.json    which 'define --file fast.json' takes"
    })
public final class VdevCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing verb");
  }
}
