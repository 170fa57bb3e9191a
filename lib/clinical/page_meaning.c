#include "base/compat.h"

#include "clinical/page_internal.h"

/* What a clinician who does not know the word has to know of it. */
static const char *const meanings[EV_M__COUNT] = {
	[EV_M_SENSITIVITY] = "of those with the condition, the share that is "
		"found",
	[EV_M_SPECIFICITY] = "of those without the condition, the share that "
		"is not called",
	[EV_M_PPV] = "of those who are called, the share that has the "
		"condition; depends on how common it is in these data",
	[EV_M_NPV] = "of those who are not called, the share that does not "
		"have it; depends on how common it is in these data",
	[EV_M_PPV_AT] = "the same where the condition is as common as the "
		"number in brackets says",
	[EV_M_NPV_AT] = "the same where the condition is as common as the "
		"number in brackets says",
	[EV_M_LR_POS] = "how much more often those with the condition are "
		"called than those without",
	[EV_M_LR_NEG] = "how much more often those with the condition are not "
		"called; 0 is best",
	[EV_M_DOR] = "ratio of both likelihood ratios; 1 is chance",
	[EV_M_ACCURACY] = "the share of all that is right; says little where "
		"the condition is rare",
	[EV_M_BALANCED_ACCURACY] = "mean of sensitivity and specificity",
	[EV_M_YOUDEN] = "sensitivity and specificity less one; 0 is chance",
	[EV_M_F1] = "between sensitivity and positive predictive value",
	[EV_M_MCC] = "agreement with the truth from \u22121 to 1; 0 is chance",
	[EV_M_KAPPA] = "agreement with the truth beyond chance; 1 is best",
	[EV_M_AUC] = "how often one with the condition scores above one "
		"without; 0.5 is chance",
	[EV_M_SENS_AT_SPEC] = "the share that can be found if the specificity "
		"is at least the number in brackets",
	[EV_M_SPEC_AT_SENS] = "the specificity that is left if the "
		"sensitivity is at least the number in brackets",
	[EV_M_PARTIAL_AUC] = "area under the part of the curve with at least "
		"this specificity",
	[EV_M_AVERAGE_PRECISION] = "positive predictive value over all "
		"thresholds; chance is the share with the condition",
	[EV_M_BRIER] = "mean squared distance of probability and truth; 0 is "
		"best",
	[EV_M_SCALED_BRIER] = "the same against always saying the average; 1 "
		"is best, 0 is no better than that",
	[EV_M_LOG_LOSS] = "punishes sure and wrong answers most; 0 is best",
	[EV_M_CITL] = "0 is right; above 0 the probabilities are too low",
	[EV_M_CAL_SLOPE] = "1 is right; below 1 the probabilities are too "
		"extreme",
	[EV_M_CAL_INTERCEPT] = "0 is right, together with a slope of 1",
	[EV_M_OE] = "cases that came for each that was predicted; 1 is right",
	[EV_M_ECE] = "how far predicted and observed shares lie apart, on "
		"average over bins",
	[EV_M_MCE] = "how far they lie apart in the worst bin",
	[EV_M_HOSMER_LEMESHOW] = "a small p speaks against the "
		"probabilities; a large one proves nothing",
	[EV_M_SPIEGELHALTER] = "a small p speaks against the probabilities",
	[EV_M_WEAK_CALIBRATION] = "slope 1 and intercept 0 together; a small "
		"p speaks against them",
	[EV_M_NET_BENEFIT] = "found cases less needless calls, weighed as the "
		"threshold in brackets says",
	[EV_M_ABSTAIN_RATE] = "the share that the device declined to answer",
	[EV_M_MISSING_RATE] = "the share without a score",
	[EV_M_PREVALENCE] = "the share with the condition in these data",
	[EV_M_SHARE] = "the share of rows that the brackets describe",
	[EV_M_NEW_FN_RATE] = "found by the reference, missed now",
	[EV_M_NEW_FP_RATE] = "let alone by the reference, called now",
	[EV_M_SATURATED] = "the share with a probability of practically 0 or "
		"1",
	[EV_M_STUCK] = "the share that has the commonest score",
	[EV_M_PSI] = "how much the scores moved against the previous version",
	[EV_M_KS] = "greatest distance of both distributions of scores",
	[EV_M_MULTI_ACCURACY] = "the share that is given its true class",
	[EV_M_MACRO_F1] = "mean of F1 over classes, each counting the same",
	[EV_M_MICRO_F1] = "F1 over all decisions together",
	[EV_M_WEIGHTED_F1] = "mean of F1 over classes, by their rows",
	[EV_M_MULTI_KAPPA] = "agreement with the truth beyond chance",
	[EV_M_MULTI_MCC] = "agreement with the truth; 0 is chance",
	[EV_M_OVR_AUC] = "mean of the areas of each class against all others",
	[EV_M_OVO_AUC] = "mean of the areas of each pair of classes",
	[EV_M_MULTI_BRIER] = "squared distance of all probabilities; from 0, "
		"which is best, to 2",
	[EV_M_EPISODE_SENSITIVITY] = "of episodes that lasted, the share in "
		"which there was an alert",
	[EV_M_FLIP_RATE] = "of rows that follow each other and have the same "
		"truth, the share that is called otherwise",
	[EV_M_FALSE_ALERTS] = "alerts in which nothing was, for each day that "
		"a patient was watched",
	[EV_M_READER_AUC] = "how well readers with the device tell groups "
		"apart; 0.5 is chance",
	[EV_M_READER_AUC_CONTROL] = "the same of the same readers with the "
		"control",
	[EV_M_READER_AUC_GAIN] = "what the device adds to the readers; above "
		"0 is a gain",
	[EV_M_TOP_ECE] = "how far the probability of the class that is called "
		"lies from how often it is right",
};

const char *ev_page_meaning(enum ev_metric m)
{
	return (unsigned)m < EV_M__COUNT ? meanings[m] : NULL;
}
