#include "base/compat.h"

#include "clinical/suite.h"

#include <math.h>

#define POINT .takes_point = true
#define ARGUMENT .takes_argument = true
#define HIGHER .better = 1
#define LOWER .better = -1
#define POS .needs_positives = true
#define NEG .needs_negatives = true
#define PROB .needs_probability = true
#define COUNT .count = true, .no_interval = true
#define UNIT .low = 0, .high = 1
#define SIGNED .low = -1, .high = 1
#define FROM_ZERO .low = 0, .high = (double)INFINITY
#define OPEN .low = (double)-INFINITY, .high = (double)INFINITY
#define TABLE .reported_only = true
#define PLAIN .no_interval = true
#define M(name) [EV_M_##name] = { EV_M_##name,

static const struct ev_metric_info table[EV_M__COUNT] = {
	M(CONFUSION) "confusion", "Confusion matrix", POINT, TABLE, UNIT },
	M(SENSITIVITY) "sensitivity", "Sensitivity", POINT, HIGHER, POS,
		UNIT },
	M(SPECIFICITY) "specificity", "Specificity", POINT, HIGHER, NEG,
		UNIT },
	M(PPV) "ppv", "Positive predictive value", POINT, HIGHER, UNIT },
	M(NPV) "npv", "Negative predictive value", POINT, HIGHER, UNIT },
	M(PPV_AT) "ppv", "Positive predictive value at a prevalence", POINT,
		ARGUMENT, HIGHER, POS, NEG, UNIT },
	M(NPV_AT) "npv", "Negative predictive value at a prevalence", POINT,
		ARGUMENT, HIGHER, POS, NEG, UNIT },
	M(LR_POS) "lr_pos", "Positive likelihood ratio", POINT, HIGHER, POS,
		NEG, FROM_ZERO },
	M(LR_NEG) "lr_neg", "Negative likelihood ratio", POINT, LOWER, POS,
		NEG, FROM_ZERO },
	M(DOR) "dor", "Diagnostic odds ratio", POINT, HIGHER, POS, NEG,
		FROM_ZERO },
	M(ACCURACY) "accuracy", "Accuracy", POINT, HIGHER, UNIT },
	M(BALANCED_ACCURACY) "balanced_accuracy", "Balanced accuracy", POINT,
		HIGHER, POS, NEG, UNIT },
	M(YOUDEN) "youden", "Youden's index", POINT, HIGHER, POS, NEG,
		SIGNED },
	M(F1) "f1", "F1 score", POINT, HIGHER, UNIT },
	M(MCC) "mcc", "Matthews' correlation", POINT, HIGHER, SIGNED },
	M(KAPPA) "kappa", "Cohen's kappa", POINT, HIGHER, SIGNED },
	M(AUC) "auc", "Area under the ROC curve", HIGHER, POS, NEG, UNIT },
	M(SENS_AT_SPEC) "sens_at_spec", "Sensitivity at a specificity",
		ARGUMENT, HIGHER, POS, NEG, UNIT },
	M(SPEC_AT_SENS) "spec_at_sens", "Specificity at a sensitivity",
		ARGUMENT, HIGHER, POS, NEG, UNIT },
	M(PARTIAL_AUC) "partial_auc", "Partial area under the ROC curve",
		ARGUMENT, HIGHER, POS, NEG, UNIT },
	M(AVERAGE_PRECISION) "average_precision", "Average precision", HIGHER,
		POS, UNIT },
	M(BRIER) "brier", "Brier score", LOWER, PROB, UNIT },
	M(SCALED_BRIER) "scaled_brier", "Scaled Brier score", HIGHER, PROB,
		POS, NEG, .low = (double)-INFINITY, .high = 1 },
	M(LOG_LOSS) "log_loss", "Logarithmic loss", LOWER, PROB, FROM_ZERO },
	M(CITL) "citl", "Calibration in the large", PROB, POS, NEG, OPEN },
	M(CAL_SLOPE) "cal_slope", "Calibration slope", PROB, POS, NEG,
		.ideal = 1, OPEN },
	M(CAL_INTERCEPT) "cal_intercept", "Calibration intercept", PROB, POS,
		NEG, OPEN },
	M(OE) "oe", "Observed to expected ratio", PROB, POS, .ideal = 1,
		FROM_ZERO },
	M(ECE) "ece", "Expected calibration error", LOWER, PROB, UNIT },
	M(MCE) "mce", "Maximum calibration error", LOWER, PROB, UNIT },
	M(HOSMER_LEMESHOW) "hosmer_lemeshow", "Hosmer-Lemeshow chi-square",
		LOWER, PROB, TABLE, FROM_ZERO },
	M(SPIEGELHALTER) "spiegelhalter", "Spiegelhalter's z", PROB, TABLE,
		OPEN },
	M(WEAK_CALIBRATION) "weak_calibration",
		"Likelihood ratio of weak calibration", LOWER, PROB, TABLE,
		POS, NEG, FROM_ZERO },
	M(NET_BENEFIT) "net_benefit", "Net benefit", ARGUMENT, HIGHER, PROB,
		.low = (double)-INFINITY, .high = 1 },
	M(ABSTAIN_RATE) "abstain_rate", "Share of abstentions", LOWER, UNIT },
	M(MISSING_RATE) "missing_rate", "Share of missing scores", LOWER,
		UNIT },
	M(PREVALENCE) "prevalence", "Prevalence", UNIT },
	M(N) "n", "Rows", COUNT, HIGHER, FROM_ZERO },
	M(N_POSITIVES) "n_positives", "Positive rows", COUNT, HIGHER,
		FROM_ZERO },
	M(N_NEGATIVES) "n_negatives", "Negative rows", COUNT, HIGHER,
		FROM_ZERO },
	M(N_PATIENTS) "n_patients", "Patients", COUNT, HIGHER, FROM_ZERO },
	M(SHARE) "share", "Share of rows", UNIT },
	M(NEW_FN_RATE) "new_fn_rate", "New false negatives", POINT, LOWER,
		POS, UNIT },
	M(NEW_FP_RATE) "new_fp_rate", "New false positives", POINT, LOWER,
		NEG, UNIT },
	M(SATURATED) "saturated", "Share of saturated scores", LOWER, PROB,
		UNIT },
	M(STUCK) "stuck", "Share of the commonest score", LOWER, PLAIN, UNIT },
	M(PSI) "psi", "Population stability index", LOWER, PLAIN, FROM_ZERO },
	M(KS) "ks", "Kolmogorov-Smirnov distance", LOWER, PLAIN, UNIT },
	M(MULTI_ACCURACY) "multi_accuracy", "Accuracy over classes", HIGHER,
		UNIT },
	M(MACRO_F1) "macro_f1", "Macro F1 score", HIGHER, UNIT },
	M(MICRO_F1) "micro_f1", "Micro F1 score", HIGHER, UNIT },
	M(WEIGHTED_F1) "weighted_f1", "Weighted F1 score", HIGHER, UNIT },
	M(MULTI_KAPPA) "multi_kappa", "Cohen's kappa over classes", HIGHER,
		SIGNED },
	M(MULTI_MCC) "multi_mcc", "Matthews' correlation over classes",
		HIGHER, SIGNED },
	M(OVR_AUC) "ovr_auc", "One-versus-rest AUC, mean", HIGHER, UNIT },
	M(OVO_AUC) "ovo_auc", "One-versus-one AUC, mean (Hand and Till)",
		HIGHER, UNIT },
	M(MULTI_BRIER) "multi_brier", "Brier score over classes", LOWER,
		.low = 0, .high = 2 },
	M(TOP_ECE) "top_ece", "Calibration error of the top class", LOWER,
		UNIT },
	M(READER_AUC) "reader_auc", "Mean area of the readers", HIGHER, POS,
		NEG, UNIT },
	M(READER_AUC_CONTROL) "reader_auc_control",
		"Mean area of the readers without the device", HIGHER, POS,
		NEG, UNIT },
	M(EPISODE_SENSITIVITY) "episode_sensitivity",
		"Sensitivity by episode", POINT, HIGHER, POS, UNIT },
	M(FALSE_ALERTS) "false_alerts_per_patient_day",
		"False alerts per patient and day", POINT, LOWER, FROM_ZERO },
	M(FLIP_RATE) "flip_rate", "Calls that flip", POINT, LOWER, UNIT },
	M(READER_AUC_GAIN) "reader_auc_gain", "What the readers gain in area",
		HIGHER, POS, NEG, SIGNED },
};

const struct ev_metric_info *ev_metric_info(enum ev_metric m)
{
	return (unsigned)m < EV_M__COUNT ? &table[m] : NULL;
}
