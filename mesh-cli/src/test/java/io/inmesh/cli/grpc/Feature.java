package io.inmesh.cli.grpc;

import java.util.List;

/**
 * A feature of one of gRPC's proposals, and what a client shows of it.
 *
 * @param proposal for instance A27
 * @param resources proto-JSON; all features' are served together
 * @param look what to look at; the same words from every client that has the feature
 * @param expected these words
 */
record Feature(String proposal, String title, List<String> resources, Look look, Object expected) {
  /** Makes calls and puts in words what came of them. */
  @FunctionalInterface
  interface Look {
    Object at(GrpcClient client) throws Exception;
  }

  @Override
  public String toString() {
    return proposal + " " + title;
  }
}
